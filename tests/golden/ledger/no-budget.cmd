ledger --smaps-budget 0 --root fixtures/hand-shmem-story.cap --class anon
