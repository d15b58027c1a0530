commit --root fixtures/hand-shmem-story.cap --try 1G
