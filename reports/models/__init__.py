"""The rows of this room, by noun."""

from reports.models.batches import Batch, BatchItem, MemberFile
from reports.models.client import ClientFile
from reports.models.files import BodyFile, FileJob, ReportFile

__all__ = ["Batch", "BatchItem", "BodyFile", "ClientFile", "FileJob", "MemberFile", "ReportFile"]
