package api

import (
	"cmp"
	"slices"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
)

// Space is a space in one line.
type Space struct {
	ID      id.Space  `json:"id"`
	Name    string    `json:"name" doc:"that of the client, as the firm writes it"`
	State   string    `json:"state" enum:"open closed"`
	Model   string    `json:"model"`
	Profile string    `json:"profile" enum:"particulier entreprise penal"`
	Lead    id.Person `json:"lead" doc:"the lawyer who answers for it"`
	Created Instant   `json:"created_at"`
	Changed Instant   `json:"changed_at,omitzero" doc:"last act in it; for the firm’s side alone"`
}

func spaceOf(s space.Space, inside bool) Space {
	out := Space{
		ID: s.ID, Name: s.Name, State: s.State, Model: string(s.Model), Profile: string(s.Profile), Lead: s.Lead, Created: Instant(s.Created),
	}
	if inside {
		out.Changed = Instant(s.Changed)
	}
	return out
}

// Spaces is a page of one's spaces.
type Spaces struct {
	Spaces []Space `json:"spaces"`
	Next   string  `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

// maxOwn is the most spaces listed to somebody from outside the firm.
const maxOwn = 500

func (n *Nouns) spaces(r *Request, in Page) (Spaces, error) {
	if !r.Actor.Role.Inside() {
		return n.ownSpaces(r)
	}
	var mark spaceMark
	if err := r.resume(in.Cursor, &mark); err != nil {
		return Spaces{}, err
	}
	found, err := n.Spaces.List(r.Context(), r.Actor, space.Page{Changed: mark.Changed, After: mark.After, Limit: in.most() + 1})
	if err != nil {
		return Spaces{}, err
	}
	found, next, err := page(r, found, in.most(), func(s space.Space) spaceMark { return spaceMark{s.Changed, s.ID} })
	out := Spaces{Spaces: make([]Space, len(found)), Next: next}
	for i, s := range found {
		out.Spaces[i] = spaceOf(s, r.Actor.Role.Inside())
	}
	return out, err
}

// ownSpaces is the list of somebody from outside the firm, the oldest first and
// in one page: the order of changes would tell her of what she does not see.
func (n *Nouns) ownSpaces(r *Request) (Spaces, error) {
	found, err := n.Spaces.List(r.Context(), r.Actor, space.Page{Limit: maxOwn})
	out := Spaces{Spaces: make([]Space, len(found))}
	slices.SortFunc(found, func(x, y space.Space) int { return cmp.Compare(x.ID, y.ID) })
	for i, s := range found {
		out.Spaces[i] = spaceOf(s, false)
	}
	return out, err
}

// InSpace names a space in the path.
type InSpace struct {
	Space id.Space `path:"space"`
}

// Room is a space as one of its members sees it.
type Room struct {
	Space
	Notices string   `json:"notices" enum:"neutre titre" doc:"what mails of it may say: that something waits, or what it is called as well"`
	Mine    string   `json:"mine" enum:"lead colleague assistant client guest reader expert clerk" doc:"one’s own role in it"`
	Matters []Matter `json:"matters"`
	Folders []Folder `json:"folders"`
	Circles []Circle `json:"circles" doc:"those one may know of"`
	People  []Member `json:"people" doc:"those who are in it now and whom one may know of"`
}

// Matter is one affair inside a space.
type Matter struct {
	ID    id.Matter `json:"id"`
	Name  string    `json:"name"`
	State string    `json:"state"`
}

// Folder is a shelf of one tray of a matter.
type Folder struct {
	ID     id.Folder `json:"id"`
	Matter id.Matter `json:"matter"`
	Parent id.Folder `json:"parent,omitempty" doc:"absent: in the tray itself"`
	Tray   string    `json:"tray" enum:"firm client shared"`
	Name   string    `json:"name"`
}

// Circle is a set of people that things are sent to.
type Circle struct {
	ID     id.Circle   `json:"id"`
	Kind   string      `json:"kind" enum:"firm client all named inner party" doc:"inner: a named one for the firm’s side alone; party: one of a forum"`
	Name   string      `json:"name,omitempty" doc:"of one that was named"`
	People []id.Person `json:"people" doc:"who is in it now"`
}

// Member is a person in a space.
type Member struct {
	ID      id.Person `json:"id"`
	Name    string    `json:"name"`
	Role    string    `json:"role" enum:"lead colleague assistant client guest reader expert clerk"`
	Since   Instant   `json:"since"`
	Until   Instant   `json:"until,omitzero" doc:"when she left"`
	Refused Instant   `json:"refused,omitzero" doc:"since when her mailbox refuses mail: what is new is not mailed there; in the list of members alone"`
	Muted   Instant   `json:"muted,omitzero" doc:"since when she wants no mail of what is new here; in the list of members alone"`
}

func memberOf(p space.Person) Member {
	return Member{ID: p.Person, Name: p.Name, Role: string(p.Role), Since: Instant(p.Since), Until: Instant(p.Until)}
}

func (n *Nouns) space(r *Request, in InSpace) (Room, error) {
	room, err := n.Spaces.Show(r.Context(), r.Actor, in.Space)
	if err != nil {
		return Room{}, err
	}
	out := Room{
		Space: spaceOf(room.Space, room.Mine.Inside()), Notices: string(room.Level()), Mine: string(room.Mine), Circles: circlesOf(room.Circles),
		Matters: []Matter{}, Folders: []Folder{}, People: []Member{},
	}
	for _, m := range room.Matters {
		out.Matters = append(out.Matters, Matter{m.ID, m.Name, m.State})
	}
	for _, f := range room.Folders {
		out.Folders = append(out.Folders, folderOf(f))
	}
	for _, p := range room.People {
		if p.Active(r.Now) {
			out.People = append(out.People, memberOf(p))
		}
	}
	return out, nil
}

func circlesOf(all []space.CircleView) []Circle {
	out := make([]Circle, len(all))
	for i, c := range all {
		out[i] = Circle{ID: c.ID, Kind: string(c.Kind), Name: c.Name, People: []id.Person{}}
		for _, p := range c.People {
			out[i].People = append(out[i].People, p.Person)
		}
	}
	return out
}

// Models is what a space can open with.
type Models struct {
	Models []Model `json:"models"`
}

// Model is one of them; its key is what opens a space.
type Model struct {
	Key     string     `json:"key"`
	Name    string     `json:"name" doc:"in the reader’s language"`
	Profile string     `json:"profile" enum:"particulier entreprise penal" doc:"the one that usually fits"`
	Papers  []NewPaper `json:"papers" doc:"what is usually asked of the client, in the reader’s language"`
}

func (n *Nouns) models(r *Request, _ None) (Models, error) {
	out := Models{Models: []Model{}}
	for _, m := range n.Spaces.Models() {
		one := Model{string(m.Key), r.Printer.T("space.model." + string(m.Key)), string(m.Profile), []NewPaper{}}
		for _, p := range m.Checklist(r.Printer.Language()) {
			one.Papers = append(one.Papers, NewPaper(p))
		}
		out.Models = append(out.Models, one)
	}
	return out, nil
}

// NewSpace opens a space for a client.
type NewSpace struct {
	Client     Contact     `json:"client"`
	Name       string      `json:"name,omitempty" doc:"of the space; the client’s own by default" fault:"space"`
	Model      string      `json:"model" doc:"key of one of the models"`
	Profile    string      `json:"profile,omitempty" enum:"particulier entreprise penal" doc:"that of the model by default"`
	Lead       id.Person   `json:"lead,omitempty" doc:"the lawyer who answers for it; oneself by default"`
	Colleagues []id.Person `json:"colleagues,omitempty" fault:"colleague"`
	Checklist  bool        `json:"checklist,omitempty" doc:"ask the client from the start for the usual papers of the model"`
	Language   string      `json:"language,omitempty" enum:"fr en" doc:"of its folders and of the client’s mails; that of the request by default"`
}

// Contact is somebody from outside the firm.
type Contact struct {
	Name   string `json:"name"`
	Email  string `json:"email"`
	Mobile string `json:"mobile,omitempty" fault:"mobile" doc:"E.164 or as it is called within France: where she is sent the codes that a space demands"`
}

func (n *Nouns) openSpace(r *Request, in NewSpace) (Room, error) {
	model, err := n.Spaces.Model(space.ModelKey(in.Model))
	if err != nil {
		model = space.Model{} // the use case refuses it with all else that is wrong
	}
	profile := space.Profile(in.Profile)
	if profile == "" {
		profile = model.Profile
	}
	opened, err := n.Lifecycle.OpenSpace(r.Context(), r.Actor, lifecycle.NewSpace{
		ClientName: in.Client.Name, ClientEmail: in.Client.Email, Mobile: in.Client.Mobile, Model: model, Profile: profile, Name: in.Name, Lead: in.Lead,
		Colleagues: in.Colleagues, Checklist: in.Checklist, Language: r.language(in.Language),
	})
	if err != nil {
		return Room{}, err
	}
	return n.openedSpace(r, in, string(opened.ID))
}

func (n *Nouns) openedSpace(r *Request, _ NewSpace, of string) (Room, error) {
	r.At("spaces", of)
	return n.space(r, InSpace{id.Space(of)})
}

// SpaceName renames a space.
type SpaceName struct {
	InSpace
	Name string `json:"name"`
}

func (n *Nouns) renameSpace(r *Request, in SpaceName) (Room, error) {
	if err := n.Spaces.Rename(r.Context(), r.Actor, in.Space, in.Name); err != nil {
		return Room{}, err
	}
	return n.space(r, in.InSpace)
}

func (n *Nouns) renamedSpace(r *Request, in SpaceName, _ string) (Room, error) {
	return n.space(r, in.InSpace)
}

// Members is who is or was in a space.
type Members struct {
	Members []Member `json:"members"`
	Circles []Circle `json:"circles"`
}

func (n *Nouns) members(r *Request, in InSpace) (Members, error) {
	room, err := n.Spaces.Census(r.Context(), r.Actor, in.Space)
	if err != nil {
		return Members{}, err
	}
	muted, err := n.Notices.MutedIn(r.Context(), r.Actor, in.Space)
	if err != nil {
		return Members{}, err
	}
	refused, err := n.Notices.RefusedIn(r.Context(), r.Actor, in.Space)
	if err != nil {
		return Members{}, err
	}
	out := Members{Members: make([]Member, len(room.People)), Circles: circlesOf(room.Circles)}
	for i, p := range room.People {
		out.Members[i] = memberOf(p)
		out.Members[i].Muted, out.Members[i].Refused = Instant(muted[p.Person]), Instant(refused[p.Person].At)
	}
	return out, nil
}

// NewMember lets somebody into a space: one of the firm's own people, or, with
// a name, an address and a role, somebody from outside.
type NewMember struct {
	InSpace
	Colleague id.Person `json:"colleague,omitempty" doc:"one of the firm’s own people; then nothing else is given"`
	Name      string    `json:"name,omitempty"`
	Email     string    `json:"email,omitempty"`
	Mobile    string    `json:"mobile,omitempty" doc:"E.164 or as it is called within France: where she is sent the codes that a space demands"`
	Role      string    `json:"role,omitempty" enum:"client guest reader expert clerk"`
	Language  string    `json:"language,omitempty" enum:"fr en" doc:"of her mails; that of the request by default"`
}

func (n *Nouns) addMember(r *Request, in NewMember) (Member, error) {
	who := in.Colleague
	var err error
	if who != "" {
		err = n.Lifecycle.AddColleague(r.Context(), r.Actor, in.Space, who)
	} else {
		who, err = n.Lifecycle.AddGuest(r.Context(), r.Actor, in.Space, lifecycle.Guest{
			Name: in.Name, Email: in.Email, Mobile: in.Mobile, Role: authz.Role(in.Role), Language: r.language(in.Language),
		})
	}
	if err != nil {
		return Member{}, err
	}
	return n.addedMember(r, in, string(who))
}

// addedMember is one who was let in, as she is now; of one who has left since,
// only who she is.
func (n *Nouns) addedMember(r *Request, in NewMember, person string) (Member, error) {
	r.At("spaces", string(in.Space), "members")
	room, err := n.Spaces.Show(r.Context(), r.Actor, in.Space)
	if err != nil {
		return Member{}, err
	}
	for _, p := range room.People {
		if string(p.Person) == person {
			return memberOf(p), nil
		}
	}
	return Member{ID: id.Person(person)}, nil
}

// InMember names a member of a space in the path.
type InMember struct {
	InSpace
	Person id.Person `path:"person"`
}

// Mobiles are the numbers that the firm knows.
type Mobiles struct {
	Mobiles map[id.Person]string `json:"mobiles" doc:"E.164, by person; those from outside the firm who are in the space now"`
}

func (n *Nouns) mobiles(r *Request, in InSpace) (Mobiles, error) {
	known, err := n.Lifecycle.Mobiles(r.Context(), r.Actor, in.Space)
	return Mobiles{known}, err
}

// NewMobile says one.
type NewMobile struct {
	InMember
	Mobile string `json:"mobile" doc:"E.164 or as it is called within France; empty: none"`
}

func (n *Nouns) setMobile(r *Request, in NewMobile) (None, error) {
	return None{}, n.Lifecycle.SetMobile(r.Context(), r.Actor, in.Space, in.Person, in.Mobile)
}

func (n *Nouns) removeMember(r *Request, in InMember) (None, error) {
	return None{}, n.Lifecycle.RemoveMember(r.Context(), r.Actor, in.Space, in.Person)
}

func (n *Nouns) invite(r *Request, in InMember) (None, error) {
	return None{}, n.Invitations.Invite(r.Context(), r.Actor, in.Space, in.Person)
}

// Circles asks who would see something.
type Circles struct {
	InSpace
	Circles []id.Circle `query:"circle" doc:"once for each circle"`
}

// Reach is who would see a document and who would not.
type Reach struct {
	Circles []id.Circle `json:"circles" doc:"that it would really go to: the firm always sees what its client sees"`
	Will    []Recipient `json:"will"`
	Wont    []Recipient `json:"wont"`
}

// Recipient is a member who will or will not see something.
type Recipient struct {
	ID     id.Person `json:"id"`
	Name   string    `json:"name"`
	Role   string    `json:"role" enum:"lead colleague assistant client guest reader expert clerk"`
	Reason string    `json:"reason" doc:"the rule’s word for it"`
}

func (n *Nouns) recipients(r *Request, in Circles) (Reach, error) {
	reach, err := n.Documents.Preview(r.Context(), r.Actor, in.Space, in.Circles)
	if err != nil {
		return Reach{}, err
	}
	return Reach{reach.Circles, recipientsOf(reach.Will), recipientsOf(reach.Wont)}, nil
}

func recipientsOf(all []document.Recipient) []Recipient {
	out := make([]Recipient, len(all))
	for i, p := range all {
		out[i] = Recipient{p.Person, p.Name, string(p.Role), p.Reason}
	}
	return out
}
