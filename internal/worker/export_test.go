package worker

// WithoutSpace returns a pool as on a kernel that refuses namespaces.
func WithoutSpace(program string) *Pool {
	p := New(program, 1)
	p.plain = true
	return p
}
