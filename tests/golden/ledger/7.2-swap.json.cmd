ledger --json --root fixtures/7.2-swap.cap
