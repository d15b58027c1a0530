ledger --json --root fixtures/6.1-cghybrid.cap
