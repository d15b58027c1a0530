ledger --json --root fixtures/6.12-hidden-shmem.cap
