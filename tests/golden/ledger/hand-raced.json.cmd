ledger --json --root fixtures/hand-raced.cap
