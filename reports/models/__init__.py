"""The rows of this room, by noun."""

from reports.models.batches import Batch, BatchItem, MemberFile
from reports.models.files import BodyFile, FileJob, ReportFile

__all__ = ["Batch", "BatchItem", "BodyFile", "FileJob", "MemberFile", "ReportFile"]
