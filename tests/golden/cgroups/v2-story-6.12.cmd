cgroups --root fixtures/6.12-cgroups-story.cap --dying
