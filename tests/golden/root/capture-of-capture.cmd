capture --root fixtures/hand-shmem-story.cap
