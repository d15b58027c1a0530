ledger --counters --ndjson --root fixtures/hand-shmem-story.cap
