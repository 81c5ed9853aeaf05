"""An office's logo: a small clean PNG, or a reason why not."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageFile, PngImagePlugin

from advising.logos import HIGHEST, MOST_BYTES, WIDEST, Fault, NotALogo, logo_from
from reports.rendering import picture_within
from tests.assessments.papers import picture, png_that_claims

pytestmark = pytest.mark.pure

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def _whole_pictures_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process of ours, whatever another library told Pillow."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)


def saved(drawn: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    drawn.save(file, form, **options)
    return file.getvalue()


def sheet(size: tuple[int, int] = (100, 40), colour: Any = RED, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def opened(data: bytes) -> Image.Image:
    found = Image.open(BytesIO(data))
    found.load()
    assert (found.format, found.mode) == ("PNG", "RGB")
    return found


def fault_of(data: bytes) -> Fault:
    with pytest.raises(NotALogo) as refused:
        logo_from(data)
    return refused.value.fault


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# --- taken -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_every_kind_that_is_offered_becomes_a_png(form: str) -> None:
    made = opened(logo_from(saved(sheet(), form)))
    assert made.size == (100, 40)
    assert all(abs(seen - wanted) <= 4 for seen, wanted in zip(made.getpixel((50, 20)), RED, strict=True))


def test_what_comes_out_is_a_picture_that_the_printer_takes() -> None:
    made = logo_from(picture("JPEG", (1500, 1000)))
    assert opened(made).size == (450, 300)
    picture_within("data:image/png;base64," + b64encode(made).decode())


@pytest.mark.parametrize("size", [(3000, 100), (100, 3000), (2000, 2000), (20_000, 16), (16, 20_000)])
def test_a_large_picture_becomes_small_and_keeps_its_shape(size: tuple[int, int]) -> None:
    width, height = opened(logo_from(saved(sheet(size)))).size
    assert width <= WIDEST
    assert height <= HIGHEST
    assert abs(width * size[1] - height * size[0]) <= max(size)


@pytest.mark.parametrize(
    ("drawn", "options"),
    [
        (sheet(colour=(0, 0, 0, 0), mode="RGBA"), {}),
        (sheet(colour=(9, 0), mode="LA"), {}),
        (sheet(), {"transparency": RED}),
        (sheet(colour=0, mode="P"), {"transparency": 0}),
    ],
    ids=["RGBA", "grey with alpha", "one colour", "palette"],
)
def test_what_is_transparent_is_white(drawn: Image.Image, options: dict[str, Any]) -> None:
    assert opened(logo_from(saved(drawn, **options))).getpixel((5, 5)) == WHITE


def test_half_transparent_is_half_as_strong() -> None:
    assert opened(logo_from(saved(sheet(colour=(0, 0, 0, 128), mode="RGBA")))).getpixel((5, 5)) == (127, 127, 127)


def test_a_palette_and_print_colours_look_as_they_did() -> None:
    palette = sheet(colour=0, mode="P")
    palette.putpalette([*RED, *BLUE])
    assert opened(logo_from(saved(palette))).getpixel((5, 5)) == RED
    print_red = saved(sheet(colour=(0, 255, 255, 0), mode="CMYK"), "JPEG")
    assert opened(logo_from(print_red)).getpixel((5, 5)) == RED


def test_sixteen_bits_of_grey_do_not_turn_white() -> None:
    grey = Image.new("I;16", (100, 40), 0x8000)
    assert opened(logo_from(saved(grey))).getpixel((5, 5)) == (128, 128, 128)


def test_a_picture_is_turned_as_the_camera_noted() -> None:
    drawn = sheet((100, 40), RED)
    drawn.paste(BLUE, (0, 0, 50, 40))
    note = Image.Exif()
    note[0x0112] = 6  # a quarter to the right: what is left here is above when it is seen
    made = opened(logo_from(saved(drawn, "PNG", exif=note)))
    assert made.size == (40, 100)
    assert (made.getpixel((20, 5)), made.getpixel((20, 95))) == (BLUE, RED)


def test_nothing_that_came_with_the_picture_stays_in_it() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "secret-author")
    note = Image.Exif()
    note[0x010F], note[0x9C9B] = "secret-camera", "secret-title"
    for data in (
        saved(sheet(), "PNG", pnginfo=words, exif=note, dpi=(300, 300)),
        saved(sheet(), "JPEG", exif=note, comment=b"secret-comment"),
        saved(sheet(), "WEBP", exif=note, xmp=b"<x>secret-xmp</x>"),
    ):
        assert b"secret" in data
        made = logo_from(data)
        assert b"secret" not in made
        assert opened(made).info == {}
        assert not opened(made).getexif()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_note_that_cannot_be_read_turns_nothing_and_refuses_nothing() -> None:
    broken = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\xff\xff\xff\xff\xff\xff\xff\xff"
    assert opened(logo_from(saved(sheet(), "JPEG", exif=broken))).size == (100, 40)


def test_of_a_moving_picture_the_first_is_taken() -> None:
    moving = saved(sheet(), "GIF", save_all=True, append_images=[sheet(colour=BLUE)])
    assert opened(logo_from(moving)).getpixel((5, 5)) == RED


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 100, "ロゴ".encode(), SVG, b"%PDF-1.7 ", saved(sheet(), "BMP"), saved(sheet(), "TIFF")],
    ids=["empty", "zeros", "text", "SVG", "PDF", "BMP", "TIFF"],
)
def test_what_is_no_picture_of_the_kinds_is_refused(data: bytes) -> None:
    assert fault_of(data) is Fault.NO_PICTURE


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_that_is_cut_off_is_refused(form: str) -> None:
    whole = picture(form, (300, 200))
    assert fault_of(whole[: len(whole) // 2]) in {Fault.BROKEN, Fault.NO_PICTURE}


def test_a_png_that_ends_within_its_pixels_is_called_broken() -> None:
    whole = picture("PNG", (300, 200))
    assert fault_of(whole[: len(whole) // 2]) is Fault.BROKEN
    spoilt = bytearray(whole)
    spoilt[60] ^= 0xFF
    assert fault_of(bytes(spoilt)) is Fault.BROKEN


@pytest.mark.parametrize("size", [(5000, 4001), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_few_bytes_that_claim_a_huge_picture_are_refused_before_it_is_made(size: tuple[int, int]) -> None:
    assert fault_of(png_that_claims(*size)) is Fault.TOO_MANY_PIXELS


def test_words_within_a_picture_that_swell_are_refused() -> None:
    plain = saved(sheet())
    swelling = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 10_000_000))
    assert len(swelling) < 20_000
    assert fault_of(plain[:33] + swelling + plain[33:]) is Fault.NO_PICTURE
    assert fault_of(plain[:-12] + swelling + plain[-12:]) is Fault.BROKEN


def test_two_megabytes_are_taken_and_one_byte_more_is_not() -> None:
    plain = saved(sheet())
    filled = plain + b"\0" * (MOST_BYTES - len(plain))
    assert opened(logo_from(filled)).size == (100, 40)
    assert fault_of(filled + b"\0") is Fault.TOO_LARGE


def test_sixteen_pixels_are_enough_and_fifteen_are_not() -> None:
    assert opened(logo_from(saved(sheet((16, 16))))).size == (16, 16)
    for size in ((15, 100), (100, 15), (1, 1)):
        assert fault_of(saved(sheet(size))) is Fault.TOO_SMALL
