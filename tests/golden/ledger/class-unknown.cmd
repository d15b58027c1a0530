ledger --class nonsense --root fixtures/hand-shmem-story.cap
