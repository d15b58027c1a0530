ledger --explain Shmem --json --root fixtures/hand-shmem-story.cap
