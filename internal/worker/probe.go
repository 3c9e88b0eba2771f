package worker

import (
	"context"
	"encoding/json"
	"strings"

	"cenacle/internal/fault"
)

// Probe starts a child that tries what it must not be able to do.
func (p *Pool) Probe(ctx context.Context) (c Confinement, err error) {
	defer fault.Op(&err, "worker.Probe")
	raw, err := p.Do(ctx, Job{Task: probe, Input: strings.NewReader(""), Most: 1 << 10})
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(raw, &c)
}

// Apart reports whether the kernel has given namespaces to every child so far.
func (p *Pool) Apart() bool { return p.Ready() && !p.refused() }
