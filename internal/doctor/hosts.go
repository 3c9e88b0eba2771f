package doctor

import (
	"context"

	"cenacle/internal/certificate"
	"cenacle/internal/config"
	"cenacle/internal/hostname"
	"cenacle/internal/outbound"
)

// hosts looks at the names at which firms are reached besides the public address: that
// each leads here, when asked for, and that its certificate is there and good, where the
// servers obtain it. The report names those that are ill, and counts the others.
func (e *examination) hosts(ctx context.Context) {
	if e.ring == nil {
		return // said of the database or of the key
	}
	names, err := hostname.Reached(ctx, e.store.Directory(), e.ring.Directory())
	if err != nil {
		e.add("hosts", Error, "hosts_unread", cause(err))
	}
	well := int64(0)
	for _, n := range names {
		if e.certified(ctx, n) && e.leads(ctx, n) {
			well++
		}
	}
	if well > 0 {
		e.add("hosts", Fine, "hosts_fine", well)
	}
}

// certified reports whether the servers have a good certificate of a name, or whether
// somebody else has to.
func (e *examination) certified(ctx context.Context, name string) bool {
	if e.config.TLS.Mode != config.TLSAuto {
		return true
	}
	c, err := certificate.Held(ctx, e.store.Directory(), e.ring.Directory(), name)
	switch {
	case err != nil:
		e.add("hosts", Error, "certificate_unopened", cause(err))
	case c == nil:
		e.add("hosts", Error, "certificate_none", name)
	default:
		now := e.Clock()
		if days := int64(c.NotAfter.Sub(now) / day); now.After(c.NotAfter) || days < lateDays {
			e.add("hosts", Error, "hosts_certificate", name, max(days, 0))
			return false
		}
		return true
	}
	return false
}

// leads reports whether what is asked at a name arrives at this installation.
func (e *examination) leads(ctx context.Context, name string) bool {
	if !e.Reach {
		return true
	}
	out := outbound.New(outbound.Config{Allow: e.config.Networks(), Resolver: outbound.Resolver(e.config.Outbound.Resolver), Roots: e.Roots})
	if err := hostname.Leads(ctx, e.ring.Directory(), hostname.Config{Base: e.config.Base(), Asker: out}, name, false); err != nil {
		e.add("hosts", Error, "hosts_elsewhere", name, cause(err))
		return false
	}
	return true
}
