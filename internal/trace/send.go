package trace

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	batch    = 512  // spans of one message
	room     = 4096 // spans that wait at most
	sendEach = 5 * time.Second
	patience = 10 * time.Second
	parting  = 3 * time.Second // for the last message of a process
	quiet    = 10 * time.Minute
	answerTo = 64 << 10 // bytes read of an answer
)

// keep takes a span that is over, or drops it when too many wait.
func (t *Tracer) keep(r record) {
	t.mu.Lock()
	kept := len(t.ended) < room
	if kept {
		t.ended = append(t.ended, r)
	}
	ready := len(t.ended) >= batch
	t.mu.Unlock()
	if !kept {
		t.dropped.Add(1)
	}
	if ready {
		select {
		case t.full <- struct{}{}:
		default:
		}
	}
}

// Run sends spans until ctx ends, and then what is left.
func (t *Tracer) Run(ctx context.Context) error {
	client := &http.Client{
		Timeout: patience, Transport: &http.Transport{IdleConnTimeout: time.Minute, MaxIdleConns: 1},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	var complained time.Time
	tick := time.NewTicker(sendEach)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-t.full:
		}
		if ctx.Err() != nil {
			break
		}
		if err := t.flush(ctx, client); err != nil && t.Clock().Sub(complained) >= quiet {
			complained = t.Clock()
			t.Log.WarnContext(ctx, "the collector of traces takes none", "dropped", t.dropped.Load(), "cause", err.Error())
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	_ = t.flush(last, client) // it is counted, and nobody is there to hear more
	return nil
}

// flush sends what waits, a batch at a time; what is refused is dropped.
func (t *Tracer) flush(ctx context.Context, client *http.Client) error {
	for {
		part := t.take()
		if len(part) == 0 {
			return nil
		}
		if err := t.send(ctx, client, part); err != nil {
			t.dropped.Add(uint64(len(part)))
			return err
		}
		t.sent.Add(uint64(len(part)))
	}
}

func (t *Tracer) take() []record {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.ended), batch)
	part := t.ended[:n:n]
	t.ended = t.ended[n:]
	if len(t.ended) == 0 {
		t.ended = nil
	}
	return part
}

func (t *Tracer) send(ctx context.Context, client *http.Client, part []record) error {
	body, err := json.Marshal(t.message(part))
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.Endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Cenacle")
	if t.Token != "" {
		r.Header.Set("Authorization", "Bearer "+t.Token)
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() // nothing more is wanted of it
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, answerTo)); err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("trace: the collector answers %d", answer.StatusCode)
	}
	return nil
}

// What follows is ExportTraceServiceRequest in the JSON of OTLP 1.x: identifiers
// in hexadecimal, 64-bit numbers as text.
type (
	message struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource   resource     `json:"resource"`
		ScopeSpans []scopeSpans `json:"scopeSpans"`
	}
	resource struct {
		Attributes []attribute `json:"attributes"`
	}
	scopeSpans struct {
		Scope struct {
			Name string `json:"name"`
		} `json:"scope"`
		Spans []spanLine `json:"spans"`
	}
	spanLine struct {
		TraceID      string      `json:"traceId"`
		SpanID       string      `json:"spanId"`
		ParentSpanID string      `json:"parentSpanId,omitempty"`
		Name         string      `json:"name"`
		Kind         int         `json:"kind"`
		Start        string      `json:"startTimeUnixNano"`
		End          string      `json:"endTimeUnixNano"`
		Attributes   []attribute `json:"attributes,omitempty"`
		Status       *status     `json:"status,omitempty"`
	}
	status struct {
		Code int `json:"code"`
	}
	attribute struct {
		Key   string `json:"key"`
		Value value  `json:"value"`
	}
	value struct {
		Text   *string `json:"stringValue,omitempty"`
		Number *string `json:"intValue,omitempty"`
	}
)

const statusError = 2

func (t *Tracer) message(part []record) message {
	var s scopeSpans
	s.Scope.Name = "cenacle"
	for _, r := range part {
		s.Spans = append(s.Spans, r.line())
	}
	of := resource{[]attribute{said("service.name", "cenacle"), said("service.version", t.Version), said("service.instance.id", t.instance)}}
	return message{[]resourceSpans{{of, []scopeSpans{s}}}}
}

func (r record) line() spanLine {
	l := spanLine{
		TraceID: hex.EncodeToString(r.trace[:]), SpanID: hex.EncodeToString(r.span[:]), Name: r.name, Kind: r.kind,
		Start: strconv.FormatInt(r.begin.UnixNano(), 10), End: strconv.FormatInt(r.end.UnixNano(), 10),
	}
	if r.over != [8]byte{} {
		l.ParentSpanID = hex.EncodeToString(r.over[:])
	}
	for _, a := range r.texts {
		if a.key != "" {
			l.Attributes = append(l.Attributes, said(a.key, a.value))
		}
	}
	for _, a := range r.numbers {
		if a.key != "" {
			digits := strconv.FormatInt(a.value, 10)
			l.Attributes = append(l.Attributes, attribute{a.key, value{Number: &digits}})
		}
	}
	if r.fault != "" {
		l.Attributes = append(l.Attributes, said("error.type", r.fault))
		l.Status = &status{statusError}
	}
	return l
}

func said(key, text string) attribute { return attribute{key, value{Text: &text}} }
