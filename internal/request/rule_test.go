package request

import (
	"testing"
	"time"

	"cenacle/internal/fault"
)

// TestMoves states, for every state and step, where it leads; what is not said
// here is refused.
func TestMoves(t *testing.T) {
	want := map[State]map[Step]State{
		Asked:     {Deposit: Deposited, Lack: Lacking, Accept: Accepted, Waive: Waived},
		Deposited: {Deposit: Deposited, Accept: Accepted, Return: Redo, Waive: Waived},
		Redo:      {Deposit: Deposited, Lack: Lacking, Accept: Accepted, Waive: Waived},
		Lacking:   {Deposit: Deposited, Accept: Accepted, Waive: Waived, Renew: Asked},
		Accepted:  {Return: Redo, Renew: Asked},
		Waived:    {Renew: Asked},
	}
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	for _, from := range States() {
		for _, step := range []Step{Deposit, Lack, Accept, Return, Waive, Renew, "burn"} {
			r := Request{State: from, Reminders: 2}
			err := r.become(step, "parce que", now)
			to, allowed := want[from][step]
			if !allowed {
				if !fault.Is(err, fault.Conflict) || r.State != from {
					t.Errorf("%s from %s: %v, now %s", step, from, err, r.State)
				}
				continue
			}
			if err != nil || r.State != to {
				t.Errorf("%s from %s: %v, now %s, want %s", step, from, err, r.State, to)
			}
			if to.Hers() && r.Reminders != 0 {
				t.Errorf("%s from %s keeps %d reminders", step, from, r.Reminders)
			}
		}
	}
}

func TestReasons(t *testing.T) {
	for step, from := range map[Step]State{Lack: Asked, Return: Deposited} {
		r := Request{State: from}
		if err := r.become(step, "  ", time.Time{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s without a reason: %v", step, err)
		}
	}
	r := Request{State: Deposited}
	if err := r.become(Return, " illisible ", time.Time{}); err != nil || r.Reason != "illisible" {
		t.Errorf("%v, %q", err, r.Reason)
	}
	if err := r.become(Deposit, "", time.Time{}); err != nil || r.Reason != "" {
		t.Errorf("a new deposit keeps the reason of the old one: %q, %v", r.Reason, err)
	}
}

// TestLadder: the data is a ladder, and its end tells the firm.
func TestLadder(t *testing.T) {
	l, err := ladder()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse(time.DateOnly, l.Since); err != nil || len(l.Rungs) < 2 {
		t.Fatalf("%+v", l)
	}
	for i, r := range l.Rungs {
		last := i == len(l.Rungs)-1
		if last != (r.Tell == "firm") || !last && r.Tell != "person" || i > 0 && r.Days <= l.Rungs[i-1].Days {
			t.Errorf("rung %d: %+v", i, r)
		}
	}
}
