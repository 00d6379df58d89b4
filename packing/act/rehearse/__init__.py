"""Rehearse: request streams against a placement, before anything is deployed."""

from packing.act.rehearse.api import rehearse
from packing.act.rehearse.log import read_log
from packing.act.rehearse.streams import Stream, Streams
from packing.act.rehearse.types import ModelRehearsal, NodeRehearsal, Percentiles, Rehearsal, Routing

__all__ = ["ModelRehearsal", "NodeRehearsal", "Percentiles", "Rehearsal", "Routing", "Stream", "Streams", "read_log", "rehearse"]
