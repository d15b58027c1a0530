cgroups --root fixtures/6.1-cgroups-story.cap
