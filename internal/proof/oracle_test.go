package proof

import "slices"

// The oracle of ISO-01. It knows who may see and do what, from the five rules of
// the product as they are told to people (part 4 of the domain), and knows
// nothing of how the product decides: no package of it is used here. Everything
// has a handle, a text that the proof chose; time is a count of acts.

// verdict is what somebody is told who asks for something.
type verdict string

const (
	granted verdict = "granted"
	refused verdict = "refused" // it is there for her, but not for her to do
	absent  verdict = "absent"  // exactly as if it did not exist
	useless verdict = "useless" // allowed, but it makes no sense as things stand
	clashes verdict = "clashes" // allowed, but things stand against it
)

// visitor is a session: somebody, in one firm, confined to one space when she
// came by a link.
type visitor struct{ person, firm, scope string }

// stay is since when somebody belongs to something.
type stay struct {
	role  string
	since int
	over  bool
	by    []string // groups that hold it; none: she has it in her own right
}

type oracleSpace struct {
	firm, lead string
	members    map[string]stay
	circles    map[string]map[string]stay // firm, client, all, and those that were named
	inner      map[string]bool            // of the named ones, those that are for the firm's side alone
	party      map[string]bool            // and those that are parties of a forum
	walls      map[string]bool
}

// sending is one circle that a thing was sent to.
type sending struct {
	circle   string
	at       int
	extended bool // to newcomers too
}

type oracleItem struct {
	space, author     string
	internal, deleted bool
	deposited         bool // by a client or guest: hers for ever
	brought           bool // into the private tray of a party, and put onto the common table when it is an exhibit
	exhibit           bool // it may come before the parties of a forum
	to                []sending
	made              []int  // when each version came; empty for memos
	thread            string // of a memo
}

type oracleThread struct {
	space, about string // the document it is about, or ""
	internal     bool   // as its first memo
}

type oracle struct {
	now      int
	roles    map[string]map[string]string // person, firm: admin, lawyer, colleague, assistant, outsider
	spaces   map[string]*oracleSpace
	items    map[string]*oracleItem
	threads  map[string]*oracleThread
	receipts map[string][2]string // space, depositor
	deposits map[[2]string]bool   // space, depositor: one is open
	uploads  map[string][2]string // space, sender: unfinished
	groups   map[string]*oracleGroup
	dates    map[string]*oracleDate
	slots    map[string]*oracleSlots
	rounds   map[string]*oracleRound
}

func newOracle() *oracle {
	return &oracle{
		roles: map[string]map[string]string{}, spaces: map[string]*oracleSpace{}, items: map[string]*oracleItem{},
		threads: map[string]*oracleThread{}, receipts: map[string][2]string{}, deposits: map[[2]string]bool{}, uploads: map[string][2]string{}, groups: map[string]*oracleGroup{},
		dates: map[string]*oracleDate{}, slots: map[string]*oracleSlots{}, rounds: map[string]*oracleRound{},
	}
}

// tick is the next act.
func (o *oracle) tick() int {
	o.now++
	return o.now
}

func ofFirm(role string) bool {
	return role == "lead" || role == "colleague" || role == "assistant"
}

func staff(role string) bool { return role != "" && role != "outsider" }

// role is what a visitor is in a space now, or "" when she is not there.
func (o *oracle) role(v visitor, space string) string {
	s := o.spaces[space]
	if s == nil || s.firm != v.firm || v.scope != "" && v.scope != space || s.walls[v.person] {
		return ""
	}
	m, known := s.members[v.person]
	if !known || m.over || ofFirm(m.role) != (staff(o.roles[v.person][v.firm]) && v.scope == "") {
		return ""
	}
	return m.role
}

// who may do what in a space she is in.
func permits(role, do string) bool {
	switch do {
	case "see":
		return role != ""
	case "write":
		return role != "" && role != "reader"
	case "deposit":
		return role == "client" || role == "guest"
	}
	return ofFirm(role) // manage, file, journal, internal, address
}

// ask is the verdict on doing something to a space.
func (o *oracle) ask(v visitor, do, space string) verdict {
	role := o.role(v, space)
	switch {
	case role == "":
		return absent
	case !permits(role, do):
		return refused
	}
	return granted
}

// sees is the rule of the one address.
func (o *oracle) sees(v visitor, item string) bool {
	i := o.items[item]
	if i == nil || i.deleted {
		return false
	}
	role := o.role(v, i.space)
	if role == "" || i.internal && !ofFirm(role) {
		return false
	}
	_, sees := o.first(v.person, i)
	return sees
}

// first is when an item first came to somebody through one of her circles.
func (o *oracle) first(person string, i *oracleItem) (at int, ever bool) {
	for _, to := range i.to {
		in, known := o.spaces[i.space].circles[to.circle][person]
		if !known || in.over || to.at < in.since && !to.extended {
			continue
		}
		if !ever || to.at < at {
			at, ever = to.at, true
		}
	}
	return at, ever
}

// askItem is the verdict on doing something to an item.
func (o *oracle) askItem(v visitor, do, item string) verdict {
	if !o.sees(v, item) {
		return absent
	}
	return o.ask(v, do, o.items[item].space)
}

// seesVersion says whether a version may be read: the firm reads all, others
// none that had been replaced before the document came to them.
func (o *oracle) seesVersion(v visitor, item string, version int) bool {
	if !o.sees(v, item) {
		return false
	}
	i := o.items[item]
	if ofFirm(o.role(v, i.space)) || version == len(i.made)-1 {
		return true
	}
	at, _ := o.first(v.person, i)
	return i.made[version+1] > at
}

// seesReceipt: the depositor's own, and the firm's.
func (o *oracle) seesReceipt(v visitor, receipt string) bool {
	of := o.receipts[receipt]
	role := o.role(v, of[0])
	return role != "" && (of[1] == v.person || ofFirm(role))
}

// opens makes a space, with those who are in it from its first day.
func (o *oracle) opens(space, firm, lead string, team []string, client string) {
	at := o.tick()
	s := &oracleSpace{
		firm: firm, lead: lead, members: map[string]stay{}, walls: map[string]bool{},
		circles: map[string]map[string]stay{"firm": {}, "client": {}, "all": {}}, inner: map[string]bool{}, party: map[string]bool{},
	}
	o.spaces[space] = s
	o.joins(space, lead, "lead", at)
	for _, p := range team {
		o.joins(space, p, o.roleFor(p, firm), at)
	}
	o.card(client, firm)
	o.joins(space, client, "client", at)
}

// roleFor is what a colleague becomes in a space.
func (o *oracle) roleFor(person, firm string) string {
	if o.roles[person][firm] == "assistant" {
		return "assistant"
	}
	return "colleague"
}

// card: whoever is invited from outside is known to the firm from then on.
func (o *oracle) card(person, firm string) {
	if o.roles[person][firm] == "" {
		o.roles[person][firm] = "outsider"
	}
}

func (o *oracle) joins(space, person, role string, at int) {
	s := o.spaces[space]
	s.members[person] = stay{role: role, since: at}
	s.circles["all"][person] = stay{since: at}
	switch {
	case ofFirm(role):
		s.circles["firm"][person] = stay{since: at}
	case role == "client":
		s.circles["client"][person] = stay{since: at}
	}
}

func (o *oracle) leaves(space, person string) {
	s := o.spaces[space]
	m := s.members[person]
	m.over = true
	s.members[person] = m
	for _, circle := range s.circles {
		if in, known := circle[person]; known {
			in.over = true
			circle[person] = in
		}
	}
}

func (o *oracle) member(space, person string) bool {
	m, known := o.spaces[space].members[person]
	return known && !m.over
}

// join is the verdict on letting somebody in.
func (o *oracle) join(v visitor, space, person string) verdict {
	if asked := o.ask(v, "manage", space); asked != granted {
		return asked
	}
	s := o.spaces[space]
	if o.member(space, person) && !s.members[person].byGroup() || s.walls[person] {
		return clashes
	}
	return granted
}

// wall is the verdict on keeping somebody out, and on ending that: for lawyers there.
func (o *oracle) wall(v visitor, space, person string) verdict {
	s, role, card := o.spaces[space], o.role(v, space), o.roles[v.person][v.firm]
	_, known := s.members[person]
	switch {
	case role == "":
		return absent
	case role != "lead" && role != "colleague" || card != "admin" && card != "lawyer":
		return refused
	case !s.walls[person] && (v.person == person || !known && !staff(o.roles[person][s.firm])):
		return useless
	case s.lead == person:
		return clashes
	}
	return granted
}

// remove is the verdict on sending somebody out; the lead stays.
func (o *oracle) remove(v visitor, space, person string) verdict {
	if asked := o.ask(v, "manage", space); asked != granted {
		return asked
	}
	switch {
	case o.spaces[space].lead == person:
		return clashes
	case !o.member(space, person):
		return absent
	}
	return granted
}

// adds puts a thing into a space. What goes to the client goes to the firm, and
// what goes nowhere stays in the firm.
func (o *oracle) adds(item string, i oracleItem, circles []string) {
	at := o.tick()
	if len(i.made) > 0 {
		i.made[0] = at
	}
	for _, c := range withFirmToo(circles) {
		i.to = append(i.to, sending{circle: c, at: at})
	}
	o.items[item] = &i
}

func withFirmToo(circles []string) []string {
	out := slices.Clone(circles)
	if len(out) == 0 || slices.Contains(out, "client") && !slices.Contains(out, "firm") {
		out = append(out, "firm")
	}
	return out
}

// further is which circles a sending would add, or open to those who came since.
func (o *oracle) further(item string, circles []string, extended bool) []string {
	return slices.DeleteFunc(withFirmToo(circles), func(c string) bool {
		return slices.ContainsFunc(o.items[item].to, func(to sending) bool { return to.circle == c && (to.extended || !extended) })
	})
}

func (o *oracle) sends(item string, circles []string, extended bool) {
	at := o.tick()
	to := o.items[item].to
	for _, c := range o.further(item, circles, extended) {
		if i := slices.IndexFunc(to, func(was sending) bool { return was.circle == c }); i >= 0 {
			to[i].extended = true
		} else {
			to = append(to, sending{c, at, extended})
		}
	}
	o.items[item].to = to
}

// write is the verdict on a memo: in a thread, about a document, or neither,
// pointing to a document or not.
func (o *oracle) write(v visitor, space, thread, about, reference string, internal bool) verdict {
	do := "write"
	if internal {
		do = "internal"
	}
	if asked := o.ask(v, do, space); asked != granted {
		return asked
	}
	if reference != "" && !o.sees(v, reference) {
		return useless
	}
	if thread == "" {
		if about != "" && !o.sees(v, about) {
			return absent
		}
		return granted
	}
	t := o.threads[thread]
	if t.about != "" {
		if !o.sees(v, t.about) {
			return absent
		}
		return granted
	}
	seen := false
	for handle, i := range o.items {
		seen = seen || i.thread == thread && o.sees(v, handle)
	}
	switch {
	case !seen:
		return absent
	case t.internal && !internal:
		return clashes
	}
	return granted
}

// close is the verdict on « J'ai terminé ».
func (o *oracle) close(v visitor, space string, leave bool) verdict {
	if asked := o.ask(v, "deposit", space); asked != granted {
		return asked
	}
	if !o.deposits[[2]string{space, v.person}] {
		return useless
	}
	for _, u := range o.uploads {
		if u == [2]string{space, v.person} && !leave {
			return clashes
		}
	}
	return granted
}
