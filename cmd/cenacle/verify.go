package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"cenacle/internal/attest"
	"cenacle/internal/diffusion"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/offer"
	"cenacle/internal/server"
)

// maxReceipt is more than any receipt holds.
const maxReceipt = journal.ReceiptLimit + 1

func verify(_ context.Context, t *terminal, args []string) error {
	f := flags(t, "verify")
	key := f.String("key", "", "the firm's `key` or its fingerprint, if you have it from elsewhere")
	language := f.String("language", "fr", "`language` of the report: fr or en")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	raw, err := readSome(f.Arg(0))
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(i18n.Zone)
	if err != nil {
		return err
	}
	spoken, known := i18n.Parse(*language)
	if !known {
		return fmt.Errorf("language %q: %w", *language, errUsage)
	}
	p := i18n.Load().Printer(spoken, zone)
	holds, err := judge(t.out, p, raw, *key)
	if err != nil {
		return errors.New(p.Fault(err))
	}
	fmt.Fprintln(t.out, p.T(holds))
	return nil
}

// judge verifies a file as what it says it is, prints the report, and returns the key
// of what is to be said when it holds.
func judge(w io.Writer, p *i18n.Printer, raw []byte, key string) (string, error) {
	switch journal.FormatOf(raw) {
	case attest.Format, attest.Whole:
		report, err := attest.Verify(raw, key)
		printAttestation(w, p, report)
		return "verify.attestation_holds", err
	case diffusion.Format:
		report, err := diffusion.Verify(raw, key)
		printDiffusion(w, p, report)
		return "verify.diffusion_holds", err
	case offer.Format:
		report, err := offer.Verify(raw, key)
		printOffers(w, p, report)
		return "verify.offers_hold", err
	}
	report, err := journal.VerifyReceipt(raw, key)
	printReport(w, p, report)
	return "verify.holds", err
}

// printOffers says what an opened round states and how each check ended.
func printOffers(w io.Writer, p *i18n.Printer, r offer.Report) {
	if s := r.Statement; s.Firm != "" {
		fmt.Fprintln(w, p.T("verify.offers", s.Subject, s.Firm, p.DateTime(journal.ReadInstant(s.Opened))))
		for _, o := range s.Offers {
			fmt.Fprintln(w, " ", p.T("verify.offer", o.Name, p.DateTime(journal.ReadInstant(o.In))))
			for _, words := range o.Terms(p) {
				fmt.Fprintln(w, "   ", words)
			}
			fmt.Fprintln(w, "   ", o.Commitment)
		}
		fmt.Fprintln(w)
	}
	printChecks(w, p, r.Report)
}

// printAttestation says what an attestation states and how each check ended.
func printAttestation(w io.Writer, p *i18n.Printer, r attest.Report) {
	if s := r.Statement; s.Firm != "" {
		fmt.Fprintln(w, p.T("verify.attestation", s.Firm, s.Person, p.DateTime(journal.ReadInstant(s.At))))
		for _, e := range s.Exhibits {
			fmt.Fprintln(w, " ", p.T("verify.exhibit", e.Label, s.Name(e.Party), p.DateTime(journal.ReadInstant(e.Released)), e.Title))
			fmt.Fprintln(w, "   ", e.SHA256)
			for _, words := range attest.Words(p, s, e) {
				fmt.Fprintln(w, "   ", words)
			}
		}
		for _, d := range s.Dires {
			printSpoken(w, attest.DireWords(p, s, d), d.SHA256)
		}
		for _, q := range s.Questions {
			printSpoken(w, attest.QuestionWords(p, s, q), "")
		}
		fmt.Fprintln(w)
		fmt.Fprintln(w, p.T("verify.digest", fmt.Sprintf("%x", s.Digest())))
		fmt.Fprintln(w)
	}
	printChecks(w, p, r.Report)
}

// printSpoken says what an attestation states of one dire or question.
func printSpoken(w io.Writer, s attest.Spoken, digest string) {
	fmt.Fprintln(w, " ", s.Title)
	for _, words := range slices.Concat(s.Said, []string{digest}, s.Points, s.Received) {
		if words != "" {
			fmt.Fprintln(w, "   ", words)
		}
	}
}

// printDiffusion says what the proof of a delivery states and how each check ended.
func printDiffusion(w io.Writer, p *i18n.Printer, r diffusion.Report) {
	if s := r.Statement; s.Firm != "" {
		fmt.Fprintln(w, p.T("verify.diffusion", s.Firm, s.Sender, s.Recipient, s.Subject, p.DateTime(journal.ReadInstant(s.At))))
		fmt.Fprintln(w, " ", p.T("verify.body", s.Body))
		for _, d := range s.Documents {
			fmt.Fprintf(w, "  %s  %s\n", d.SHA256, d.Title)
		}
		if !r.Read.IsZero() {
			fmt.Fprintln(w, " ", p.T("verify.diffusion_read", p.DateTime(r.Read)))
		}
		if !r.Answered.IsZero() {
			fmt.Fprintln(w, " ", p.T("verify.diffusion_answered", p.T("diffusion.answer."+string(r.Answer)), p.DateTime(r.Answered)))
		}
		switch {
		case r.Unread:
			fmt.Fprintln(w, " ", p.T("verify.diffusion_never", p.DateTime(r.Recalled)))
		case !r.Recalled.IsZero():
			fmt.Fprintln(w, " ", p.T("verify.diffusion_recalled", p.DateTime(r.Recalled)))
		case r.Read.IsZero() && r.Answered.IsZero():
			fmt.Fprintln(w, " ", p.T("verify.diffusion_unread"))
		}
		fmt.Fprintln(w)
	}
	printChecks(w, p, r.Report)
}

func readSome(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // opened for reading alone
	return io.ReadAll(io.LimitReader(file, maxReceipt))
}

func journalVerify(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "journal verify")
	set := settingsOf(f)
	only := f.String("firm", "", "`identifier` of the firm; all of them when empty")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	if c.FirstStart() {
		return fmt.Errorf("there is no installation in %s", c.Data)
	}
	return open(ctx, t, c, func(s *server.Server) error {
		firms, err := s.Office.Store.Firms(ctx)
		if err != nil {
			return err
		}
		if *only != "" {
			firms = slices.DeleteFunc(firms, func(f id.Firm) bool { return string(f) != *only })
		}
		if len(firms) == 0 {
			return fmt.Errorf("there is no such firm in %s", c.Data)
		}
		for _, firm := range firms {
			err = errors.Join(err, verifyFirm(ctx, t, s, firm))
		}
		return err
	})
}

func verifyFirm(ctx context.Context, t *terminal, s *server.Server, firm id.Firm) error {
	handle, err := s.Office.Store.Firm(ctx, firm)
	if err != nil {
		return err
	}
	p := english()
	sum, err := s.Office.Journal.Verify(ctx, handle, func(broken journal.Fault) { printBroken(t, p, firm, broken) })
	if err != nil {
		return err
	}
	if !sum.Holds() {
		return fault.New(fault.Conflict, "journal.broken")
	}
	fmt.Fprintf(t.out, "%s  holds   %d entries, %d waiting, %d of erased spaces, root %s\n", firm, sum.Entries, sum.Waiting, sum.Erased, sum.Head.Root)
	return nil
}

// printBroken names what does not hold: the entry, its position and what is
// wrong with it, with the cause for engineers.
func printBroken(t *terminal, p *i18n.Printer, firm id.Firm, f journal.Fault) {
	entry := string(f.Entry)
	if entry == "" {
		entry = "no entry"
	}
	fmt.Fprintf(t.out, "%s  BROKEN  %s at position %d: %s\n", firm, entry, f.Position, p.T(f.What))
	if f.Cause != nil {
		fmt.Fprintf(t.err, "%s  %s: %v\n", firm, entry, f.Cause)
	}
}

// printReport says what a receipt states and how each check ended.
func printReport(w io.Writer, p *i18n.Printer, r journal.Report) {
	if r.Contents.Number > 0 {
		fmt.Fprintln(w, p.T("verify.receipt", fmt.Sprint(r.Contents.Number), r.Contents.Firm))
		fmt.Fprintln(w, p.T("verify.states", r.Contents.Person, p.DateTime(r.Contents.ClosedAt)))
		for _, it := range r.Contents.Items {
			fmt.Fprintf(w, "  %x  %s  %s\n", it.SHA256, p.Bytes(it.Size), it.Name)
		}
		fmt.Fprintln(w)
	}
	printChecks(w, p, r)
}

func printChecks(w io.Writer, p *i18n.Printer, r journal.Report) {
	for _, c := range r.Checks {
		fmt.Fprintf(w, "  %s – %s\n", p.T(c.Name), p.T(c.Outcome.Key(), r.Fingerprint))
	}
	if r.Fingerprint != "" {
		fmt.Fprintln(w)
		fmt.Fprintln(w, p.T("verify.key", r.Fingerprint))
	}
	fmt.Fprintln(w)
}
