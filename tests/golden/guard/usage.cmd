guard
