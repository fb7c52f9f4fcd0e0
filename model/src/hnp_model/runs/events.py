"""The history of a fit as TensorBoard reads it.

The file is made anew after each epoch, so that a resumed fit leaves what one that ran through does.
TensorBoard's own writer puts host, process and time into it, which no file of a run holds.
"""

import io
from dataclasses import astuple, fields

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from hnp_model.runs.history import Epoch, History
from hnp_model.runs.run_folder import RunFolder

EVENTS_FILE = "events.out.tfevents.0"
"""A name that TensorBoard looks for."""

_VERSION = "brain.Event:2"


def write_events(folder: RunFolder, history: History) -> None:
    """Write the event file of the epochs done."""
    folder.write(EVENTS_FILE, to_events(history))


def to_events(history: History) -> bytes:
    """Return the bytes of an event file: a scalar for each figure of each epoch."""
    content = io.BytesIO()
    writer = RecordWriter(content)
    writer.write(Event(file_version=_VERSION).SerializeToString())
    names = [field.name for field in fields(Epoch)][1:]
    for epoch in history:
        values = zip(names, astuple(epoch)[1:], strict=True)
        scalars = [Summary.Value(tag=name, simple_value=value) for name, value in values]
        writer.write(Event(step=epoch.epoch, summary=Summary(value=scalars)).SerializeToString())
    return content.getvalue()
