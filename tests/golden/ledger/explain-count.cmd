ledger --explain HugePages_Rsvd --root fixtures/hand-kernel-side.cap
