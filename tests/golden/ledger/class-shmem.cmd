ledger --class shmem --root fixtures/hand-shmem-story.cap
