ledger --root fixtures/escape-dir
