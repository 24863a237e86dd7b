"""The audit ledger: what was released, attested, excepted and rolled back, in an order that stays.

Each entry names evidence by its digest and carries the hash of the entry before it. A signed checkpoint over
the last hash proves all before it; one that was published proves besides that nothing was taken away since.
"""

from __future__ import annotations

from gatelib.ledger.appending import Appended, append
from gatelib.ledger.entry import NAME, Entry, New
from gatelib.ledger.faults import Fault, Place
from gatelib.ledger.signing import checkpoint
from gatelib.ledger.verifying import Verified, verify

__all__ = ["NAME", "Appended", "Entry", "Fault", "New", "Place", "Verified", "append", "checkpoint", "verify"]
