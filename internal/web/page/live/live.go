// Package live keeps a connection open to each open page of a space, or of a diffusion
// that leaves, and tells it, without any content, that something it may see has changed;
// the page then fetches its own address again, where rights are decided as always.
//
// The stream ends within five seconds of the session, the membership or the
// server's end. Start at [Pages.Space].
package live

import (
	"cmp"
	"io"
	"net/http"
	"time"

	"cenacle/internal/diffusion"
	"cenacle/internal/id"
	"cenacle/internal/live"
	"cenacle/internal/space"
	"cenacle/internal/web"
)

const (
	recheck = 4 * time.Second  // of rights that must end within five
	beat    = 20 * time.Second // keeps proxies from closing an idle stream
	patient = 10 * time.Second // to take one signal
)

// Pages answers the streams. Recheck and Beat are how often rights are decided
// again and an idle stream gives a sign of life; 0: four and twenty seconds.
type Pages struct {
	Hub        *live.Hub
	Spaces     *space.Service
	Diffusions *diffusion.Service
	Until      func(time.Duration) time.Time // deadlines of connections
	Closing    <-chan struct{}               // closed when the server drains
	Recheck    time.Duration
	Beat       time.Duration
}

// hearing is what somebody may listen to now; its fault ends the stream.
type hearing func(r *web.Request) ([]id.Circle, error)

// Space streams the signals of one space.
func (p *Pages) Space(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	return p.stream(r, of, func(r *web.Request) ([]id.Circle, error) { return p.Spaces.Heard(r.Context(), r.Actor, of) })
}

// Diffusion streams that something has become of one, to its author.
func (p *Pages) Diffusion(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	return p.stream(r, "", func(r *web.Request) ([]id.Circle, error) { return p.Diffusions.Heard(r.Context(), r.Actor, of) })
}

// stream relays the signals of one space, or of those of which somebody hears; in is
// empty for these.
func (p *Pages) stream(r *web.Request, in id.Space, hears hearing) (web.Answer, error) {
	heard, err := hears(r)
	if err != nil {
		return nil, err
	}
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		sub := p.Hub.Subscribe(r.Actor.Firm, in, heard)
		defer sub.Close()
		h := w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("X-Accel-Buffering", "no")
		if r.Method == http.MethodHead {
			return nil // nobody listens, and the connection waits for its next request
		}
		out := &line{w, http.NewResponseController(w), p.Until}
		if err := out.say("retry: 2000\n\n"); err != nil {
			return nil // the page is gone, which is how every stream ends
		}
		return p.relay(r, hears, sub, out)
	}), nil
}

func (p *Pages) relay(r *web.Request, hears hearing, sub *live.Subscription, out *line) error {
	check, heart := time.NewTicker(cmp.Or(p.Recheck, recheck)), time.NewTicker(cmp.Or(p.Beat, beat))
	defer check.Stop()
	defer heart.Stop()
	for {
		said := ""
		select {
		case <-r.Context().Done():
			return nil
		case <-p.Closing:
			return nil
		case <-sub.Changed():
			said = "event: signal\ndata: 1\n\n"
		case <-heart.C:
			said = ":\n\n"
		case <-check.C:
			if !still(r, hears, sub) {
				return nil
			}
			continue
		}
		if err := out.say(said); err != nil {
			return nil
		}
	}
}

// still reports whether the person may go on listening, and to what.
func still(r *web.Request, hears hearing, sub *live.Subscription) bool {
	if err := r.Recheck(); err != nil {
		return false
	}
	heard, err := hears(r)
	if err != nil {
		return false
	}
	sub.Replace(heard)
	return true
}

type line struct {
	io.Writer
	control *http.ResponseController
	until   func(time.Duration) time.Time
}

func (l *line) say(s string) error {
	if err := l.control.SetWriteDeadline(l.until(patient)); err != nil {
		return err
	}
	if _, err := io.WriteString(l.Writer, s); err != nil {
		return err
	}
	return l.control.Flush()
}
