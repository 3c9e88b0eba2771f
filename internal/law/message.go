package law

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

//go:embed message.json
var messages []byte

// Recipient is to whom lawyers send exhibits on their own network (e-Barreau, RPVA).
type Recipient string

const (
	Court  Recipient = "court"
	Lawyer Recipient = "lawyer"
)

// Recipients returns all of them, in the order in which they are offered.
func Recipients() []Recipient { return []Recipient{Court, Lawyer} }

// Message is how much one message to a recipient holds, on the days From to To. Where
// the source says Mo, it is read as the smaller measure, a million bytes.
type Message struct {
	To     Recipient `json:"to"`
	From   string    `json:"from"`
	Until  string    `json:"until,omitempty"`
	Bytes  int64     `json:"bytes"`
	Source string    `json:"source"`

	Example struct {
		Sizes    []int64 `json:"sizes"`
		Messages []int   `json:"messages"` // how many things each message holds
	} `json:"example"`
}

// Message returns how much a message to a recipient holds on a civil day.
func (b *Book) Message(to Recipient, day string) (Message, bool) {
	for _, m := range b.messages {
		if m.To == to && m.From <= day && (m.Until == "" || day <= m.Until) {
			return m, true
		}
	}
	return Message{}, false
}

// Fits reports whether a thing goes into a message that already holds some bytes, and
// whether it goes into any.
func (m Message) Fits(held, size int64) (here, ever bool) {
	return held+size <= m.Bytes, size <= m.Bytes
}

func readMessages(raw []byte) (out []Message, err error) {
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("law: messages: %w", err)
	}
	for _, m := range out {
		if _, err := time.Parse(time.DateOnly, m.From); err != nil || m.Bytes <= 0 || m.Source == "" {
			return nil, errors.Join(fmt.Errorf("law: message to %s: no date, no size or no source", m.To), err)
		}
	}
	return out, nil
}
