ledger --explain Shmem --root fixtures/hand-shmem-story.cap
