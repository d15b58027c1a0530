ledger --root fixtures/absolute-dir
