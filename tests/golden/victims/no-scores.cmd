victims --root fixtures/6.1-seven-tasks.cap
