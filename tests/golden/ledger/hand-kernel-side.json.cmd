ledger --json --root fixtures/hand-kernel-side.cap
