oom /nonexistent
