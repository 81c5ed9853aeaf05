"""What a browser may offer to our pages: passkeys, and nothing else."""

from __future__ import annotations

# A feature that no current browser knows is left out: it would only fill every visitor's console with warnings.
UNUSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "display-capture",
    "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get",
    "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment",
    "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "sync-xhr", "usb",
    "window-management", "xr-spatial-tracking",
)  # fmt: skip
NOTHING_BUT_PASSKEYS: dict[str, list[str]] = {
    **{feature: [] for feature in UNUSED},
    "publickey-credentials-create": ["self"],
    "publickey-credentials-get": ["self"],
}
