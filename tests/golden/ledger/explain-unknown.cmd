ledger --explain Nonsense --root fixtures/hand-shmem-story.cap
