ledger --root fixtures/empty-dir
