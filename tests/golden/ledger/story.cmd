ledger --root fixtures/hand-shmem-story.cap
