cgroups --root fixtures/7.2-cgroups-story.cap --check
