commit --root fixtures/7.2-hidden-shmem.cap --json
