package doctor

import (
	"context"

	"cenacle/internal/outbound"
)

// texts asks whether anybody answers where codes for telephones are handed over; it sends
// nothing.
func (e *examination) texts(ctx context.Context) {
	p, err := e.config.Texts()
	switch {
	case err != nil || p != nil && p.Check() != nil:
		return // said by the configuration
	case p == nil:
		e.add("sms", Fine, "sms_none")
		return
	}
	out := outbound.New(outbound.Config{Allow: e.config.Networks(), Resolver: outbound.Resolver(e.config.Outbound.Resolver), Roots: e.Roots})
	if err := out.Knock(ctx, p.URL); err != nil {
		e.add("sms", Error, "sms_unreachable", cause(err))
		return
	}
	e.add("sms", Fine, "sms_fine")
}
