victims --root fixtures/hand-shmem-story.cap
