package document

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/circle"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/quota"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// BeginUpload announces a file. The firm files into its own tray or the common
// one and chooses the circles; none means those of the folder, if any were
// chosen for it, and else the firm alone. A client deposits into hers, for the
// firm and the client, whatever she chose; somebody of a party files into its
// private one, for it alone.
type BeginUpload struct {
	Space   id.Space
	Tray    space.Tray
	Folder  id.Folder // optional; of the same tray
	Name    string    // as the sender calls it
	Size    int64     // bytes of the whole file
	Circles []id.Circle
	// Replaces makes it the next version of that document, which keeps its
	// place, title and circles: Tray, Folder and Circles are ignored. Reason
	// says why. Onto, unless empty, is the version that it was made from: when
	// another one is current by the time all bytes are there, it is Conflict.
	Replaces id.Item
	Onto     id.Version
	Reason   string
	// Request is the one that a client's deposit answers, or empty.
	Request id.Ask
	// SHA256 of the bytes, in hexadecimal, where the sender knows it: what is
	// there already is Conflict, with its document in the answer, unless Again.
	SHA256 string
	Again  bool
	// From is what it was made of by the house, or nil: the journal ties the two.
	From *Origin
}

// Origin is the document, and the bytes of it, that another one was made of.
type Origin struct {
	Document id.Item `json:"document"`
	SHA256   string  `json:"sha256"` // hexadecimal
}

// Upload is a file on its way. Only the person who began it sees it.
type Upload struct {
	ID       id.Upload
	Space    id.Space
	Tray     space.Tray
	Folder   id.Folder
	Name     string
	Size     int64
	Offset   int64   // bytes that are durable: where the sender goes on
	Done     bool    // the document exists
	Document id.Item // that it makes, or is a new version of
	Begun    time.Time
	Touched  time.Time // when bytes last came
	Expires  time.Time // given up then, unless continued before
}

// plan is what an upload will become. It is sealed whole, so that nobody who
// writes into the database redirects it.
type plan struct {
	Person   id.Person   `json:"person"`
	Space    id.Space    `json:"space"`
	Matter   id.Matter   `json:"matter"`
	Tray     space.Tray  `json:"tray"`
	Folder   id.Folder   `json:"folder"`
	Document id.Item     `json:"document"`
	Version  id.Version  `json:"version"`
	Replaces bool        `json:"replaces"`
	Onto     id.Version  `json:"onto,omitempty"`
	Name     string      `json:"name"`
	Reason   string      `json:"reason"`
	Size     int64       `json:"size"`
	Circles  []id.Circle `json:"circles"`
	Request  id.Ask      `json:"request,omitempty"`
	From     *Origin     `json:"from,omitempty"`
	Before   bool        `json:"before,omitempty"` // an expert brings it: it is before all, and official
}

// action is what its person must be allowed to do, again at every step.
func (p plan) action() authz.Action {
	if p.Tray == space.ClientTray {
		return authz.DepositMake
	}
	return authz.DocumentFile
}

// enter decides again that the actor may do what the plan says.
func (p plan) enter(a *act.Act, by authz.Actor) (authz.Facts, error) {
	if p.Tray == space.PartyTray && !p.Replaces {
		party, f, err := circle.OpenParty(a, by, p.Space, authz.DocumentParty)
		if err == nil && len(p.Circles) > 0 && !slices.Contains(p.Circles, party.ID) {
			err = fault.Absent() // she went over to another party meanwhile
		}
		return f, err
	}
	if p.Replaces {
		_, f, err := item.Open(a, by, p.Space, item.Document, p.Document, authz.DocumentManage)
		return f, err
	}
	return circle.Enter(a, by, p.Space, p.action())
}

// arrival is an upload as the house works on it, its plan opened.
type arrival struct {
	plan
	id       id.Upload
	wrapped  []byte    // version key
	key      vault.Key // of an upload that is not done
	progress blob.Progress
	state    string
	writer   string
	beat     int64
	begun    time.Time
	touched  time.Time
}

const (
	stateOpen = "open"
	stateDone = "done"
)

func (u arrival) view() Upload {
	return Upload{
		ID: u.id, Space: u.Space, Tray: u.Tray, Folder: u.Folder, Name: u.Name, Size: u.Size, Offset: u.progress.Sealed,
		Done: u.state == stateDone, Document: u.Document, Begun: u.begun, Touched: u.touched, Expires: u.touched.Add(lapse),
	}
}

// complete reports whether all bytes have come.
func (u arrival) complete() bool {
	return u.state == stateDone || len(u.progress.State) > 0 && u.progress.Sealed == u.Size
}

// ref names the bytes: the storage name is the upload's own identifier, so that
// a blob without its row is recognised.
func (u arrival) ref(f id.Firm) blob.Ref {
	return blob.Ref{Firm: f, Space: u.Space, Document: u.Document, Version: u.Version, Blob: id.Blob(u.id)}
}

// Begin announces an upload and returns where to send its bytes. An empty file
// needs none: its document exists when Begin returns. Faults: TooLarge with the
// limit; that of the quota; Conflict with too many unfinished ones.
func (s *Service) Begin(ctx context.Context, by authz.Actor, in BeginUpload) (_ Upload, err error) {
	defer fault.Op(&err, "document.Begin")
	if in.Size < 0 {
		return Upload{}, fault.New(fault.Invalid, "document.size_unknown").In("size")
	}
	if in.Size > s.config.Limit {
		return Upload{}, tooLarge(s.config.Limit)
	}
	var u arrival
	var known Twin
	err = s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		p, err := planOf(a, by, in)
		if err != nil {
			return err
		}
		if err := s.admit(a, by, p); err != nil {
			return err
		}
		if known, err = recognised(a, by, in); err != nil {
			return err
		}
		if u, err = insert(a, p); err != nil {
			return err
		}
		return a.Settle(by, string(u.id))
	})
	u.key.Wipe()
	if err != nil {
		return Upload{Document: known.Document}, err
	}
	if in.Size == 0 {
		by.Once = authz.Once{} // it is settled
		return s.Append(ctx, by, u.id, 0, strings.NewReader(""))
	}
	return u.view(), nil
}

// admit keeps one person from filling the house with announcements.
func (s *Service) admit(a *act.Act, by authz.Actor, p plan) error {
	if p.Tray == space.ClientTray && s.config.Deposit == nil {
		return fault.New(fault.Forbidden, "fault.forbidden").Because(errors.New("document: nothing takes deposits here"))
	}
	if p.Tray == space.ClientTray && !p.Replaces && s.config.Admit != nil {
		if err := s.config.Admit(a, by, p.Space, p.Request); err != nil {
			return err
		}
	}
	var pending int
	if err := a.Row(countUploads, []any{p.Space, p.Person}, &pending); err != nil {
		return err
	}
	if pending >= maxPending {
		return fault.New(fault.Conflict, "document.many_pending", maxPending)
	}
	return s.room(a, by, p.Size)
}

// room refuses what would take the firm over its plan, clients excepted, or over what
// the installation has for a firm.
func (s *Service) room(a *act.Act, by authz.Actor, size int64) error {
	if err := s.config.Plans.Bytes(a, by, size); err != nil || s.config.Quota <= 0 {
		return err
	}
	used, err := quota.Stored(a)
	if err != nil {
		return err
	}
	if used+size > s.config.Quota {
		return fault.New(fault.TooLarge, "document.quota", i18n.Size(s.config.Quota), i18n.Size(max(0, s.config.Quota-used))).In("file")
	}
	return nil
}

func planOf(a *act.Act, by authz.Actor, in BeginUpload) (plan, error) {
	p := plan{
		Person: by.Person, Space: in.Space, Tray: in.Tray, Folder: in.Folder, Size: in.Size,
		Name: titleOf(in.Name), Request: in.Request, From: in.From, Version: id.New[id.Version](a.Now),
	}
	if in.Replaces != "" {
		return p.replacing(a, by, in)
	}
	p.Document = id.New[id.Item](a.Now)
	facts, err := p.enter(a, by)
	if err != nil {
		return plan{}, err
	}
	if !slices.Contains(append(space.Trays(), space.PartyTray), p.Tray) {
		return plan{}, fault.New(fault.Invalid, "document.unknown_tray").In("tray")
	}
	chosen := in.Circles
	if p.Folder != "" {
		err := a.Row(selectFolder, []any{p.Folder, p.Space, p.Tray}, &p.Matter)
		if errors.Is(err, store.ErrNoRow) {
			return plan{}, fault.New(fault.Invalid, "document.unknown_folder").In("folder")
		}
		if err != nil {
			return plan{}, err
		}
		if len(chosen) == 0 { // nobody chose for this document: its folder may have been told
			if chosen, err = space.Audience(a, p.Space, p.Folder); err != nil {
				return plan{}, err
			}
		}
	}
	if p.Tray == space.PartyTray {
		party, _, err := circle.PartyOf(a, facts)
		p.Circles = []id.Circle{party.ID}
		return p, err
	}
	if p.Circles, err = audienceOf(a, facts, chosen); err != nil {
		return p, err
	}
	if p.Before = facts.Role == authz.Expert; p.Before {
		return p, exhibit.Reach(a, by, p.Space, "")
	}
	if !facts.Role.Inside() {
		return p, nil
	}
	return p, item.Tabled(a, p.Space, authz.NatureNone, p.Circles)
}

// replacing completes the plan of a new version from its document.
func (p plan) replacing(a *act.Act, by authz.Actor, in BeginUpload) (plan, error) {
	h, _, err := item.Open(a, by, in.Space, item.Document, in.Replaces, authz.DocumentManage)
	if err != nil {
		return plan{}, err
	}
	d, err := one(a, by, h)
	if err != nil {
		return plan{}, err
	}
	if d.Deposit != "" {
		return plan{}, fault.New(fault.Forbidden, "document.deposited_stays")
	}
	brought, err := fromOutside(a, h)
	if err != nil {
		return plan{}, err
	}
	if brought {
		return plan{}, fault.New(fault.Forbidden, "document.deposited_stays")
	}
	if in.Onto != "" && in.Onto != d.Current.ID {
		return plan{}, fault.New(fault.Conflict, "document.other_version")
	}
	p.Replaces, p.Onto, p.Document, p.Space = true, in.Onto, d.ID, d.Space
	p.Tray, p.Folder = d.Tray, d.Folder
	p.Reason = fold.Name(in.Reason)
	return p, nil
}

// audienceOf is who the document will be addressed to. What an outsider
// deposits has its fixed address. The firm's people choose, but nobody files
// what she could not see herself.
func audienceOf(a *act.Act, f authz.Facts, chosen []id.Circle) ([]id.Circle, error) {
	known, err := circle.List(a, f.Space)
	if err != nil {
		return nil, err
	}
	kinds := map[id.Circle]circle.Kind{}
	var house circle.House
	for _, c := range known {
		kinds[c.ID] = c.Kind
		switch c.Kind {
		case circle.Firm:
			house.Firm = c.ID
		case circle.Client:
			house.Client = c.ID
		case circle.All:
			house.All = c.ID
		}
	}
	switch f.Role {
	case authz.Client:
		return []id.Circle{house.Firm, house.Client}, nil
	case authz.Guest:
		return []id.Circle{house.Firm}, nil
	case authz.Expert: // nothing that she brings is for one side alone
		return []id.Circle{house.All}, nil
	}
	for _, c := range chosen {
		if _, ok := kinds[c]; !ok {
			return nil, fault.New(fault.Invalid, "item.unknown_circle").In("circle")
		}
	}
	circles := withFirm(chosen, house.Firm, house.Client)
	for _, c := range circles {
		if span, in := f.Circles[c]; in && span.Covers(f.Now) {
			return circles, nil
		}
	}
	return nil, fault.New(fault.Invalid, "document.not_among_them").In("circle")
}

func insert(a *act.Act, p plan) (arrival, error) {
	box, err := a.SpaceBox(p.Space)
	if err != nil {
		return arrival{}, err
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return arrival{}, err
	}
	key := vault.NewKey()
	u := arrival{plan: p, id: id.New[id.Upload](a.Now), key: key, state: stateOpen, begun: a.Now, touched: a.Now}
	if u.wrapped, err = a.Wrap(p.Space, versionPlace("key", p.Version), key); err != nil {
		return arrival{}, err
	}
	err = a.Write(insertUpload, u.id, p.Space, p.Person, box.Seal(uploadPlace("plan", u.id), raw), u.wrapped, p.Size,
		box.Seal(uploadPlace("progress", u.id), nil), store.Micros(a.Now))
	return u, err
}

// load reads one of the actor's uploads and decides again that she may go on.
func load(a *act.Act, by authz.Actor, of id.Upload) (arrival, error) {
	u, err := read(a, by, of)
	if err != nil {
		return u, err
	}
	_, err = u.enter(a, by)
	return u, err
}

func read(a *act.Act, by authz.Actor, of id.Upload) (arrival, error) {
	var r row
	err := a.Row(selectUpload, []any{of, by.Person}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return arrival{}, fault.Absent()
	}
	if err != nil {
		return arrival{}, err
	}
	return r.open(a)
}

// row is an upload as it is stored.
type row struct {
	arrival
	person               id.Person
	space                id.Space
	size, begun, touched int64
	sealedPlan, sealed   []byte
}

func (r *row) dest() []any {
	return []any{&r.arrival.id, &r.space, &r.person, &r.sealedPlan, &r.wrapped, &r.size, &r.progress.Sealed, &r.sealed,
		&r.state, &r.writer, &r.beat, &r.begun, &r.touched}
}

func (r *row) open(a *act.Act) (arrival, error) {
	u := r.arrival
	u.begun, u.touched = store.Time(r.begun), store.Time(r.touched)
	box, err := a.SpaceBox(r.space)
	if err != nil {
		return u, err
	}
	raw, err := box.Open(uploadPlace("plan", u.id), r.sealedPlan)
	if err != nil {
		return u, err
	}
	if err := json.Unmarshal(raw, &u.plan); err != nil {
		return u, err
	}
	if u.Person != r.person || u.Space != r.space || u.Size != r.size {
		return u, fault.New(fault.Internal, "vault.tampered").Because(vault.ErrTampered)
	}
	if u.state != stateOpen {
		return u, nil
	}
	if u.progress.State, err = box.Open(uploadPlace("progress", u.id), r.sealed); err != nil {
		return u, err
	}
	u.key, err = box.UnwrapKey(versionPlace("key", u.Version), u.wrapped)
	return u, err
}

// Pending returns the actor's own unfinished uploads in a space, oldest first.
func (s *Service) Pending(ctx context.Context, by authz.Actor, in id.Space) (out []Upload, err error) {
	defer fault.Op(&err, "document.Pending(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceSee); err != nil || !by.Pass.Takes(authz.DocumentRead) {
			return err
		}
		out, err = PendingIn(a, in, by.Person)
		return err
	})
	return out, err
}

// PendingIn is Pending inside a running act, for an entered space.
func PendingIn(a *act.Act, in id.Space, person id.Person) ([]Upload, error) {
	rows, err := uploads(a, selectUploads, in, person)
	if err != nil {
		return nil, err
	}
	out := make([]Upload, len(rows))
	for i, u := range rows {
		out[i] = u.view()
	}
	return out, nil
}

// uploads reads rows and opens them once the statement has ended.
func uploads(a *act.Act, stmt store.FirmStmt, args ...any) ([]arrival, error) {
	var rows []row
	err := a.Each(stmt, args, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]arrival, len(rows))
	for i := range rows {
		if out[i], err = rows[i].open(a); err != nil {
			return nil, err
		}
	}
	return out, nil
}
