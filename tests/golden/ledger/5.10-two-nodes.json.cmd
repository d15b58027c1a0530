ledger --json --root fixtures/5.10-two-nodes.cap
