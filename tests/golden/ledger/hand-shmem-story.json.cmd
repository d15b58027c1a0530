ledger --json --root fixtures/hand-shmem-story.cap
