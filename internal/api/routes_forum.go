package api

import (
	"cenacle/internal/attest"
	"cenacle/internal/authz"
	"cenacle/internal/dire"
	"cenacle/internal/dispatch"
	"cenacle/internal/forum"
	"cenacle/internal/offer"
)

// offerRows are what parties offer each other, sealed.
func (n *Nouns) offerRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/offers", Name: "listOffers", Action: authz.OfferSee, Do: Ask(n.listOffers),
			Summary: "Rounds of sealed offers, the newest first: to the firm’s side all of them, to a party those that it takes part in"},
		{Pattern: "POST /spaces/{space}/offers", Name: "askOffers", Action: authz.OfferAsk, Status: 201, Do: Tell(n.askOffers, n.askedOffers),
			Summary: "Begin a round of sealed offers among parties of a forum, who are told"},
		{Pattern: "GET /spaces/{space}/offers/{round}", Name: "getOffers", Action: authz.OfferSee, Do: Ask(n.offerRound),
			Summary: "One round: who has committed itself to what hash, and once all are opened the offers"},
		{Pattern: "GET /spaces/{space}/offers/{round}/file", Name: "getOfferFile", Action: authz.OfferSee, Do: Give(offer.Media, n.offerFile),
			Summary: "An opened round as one file that verifies without us: the sealed offers, their secrets, the lines of the journal and their proofs"},
		{Pattern: "POST /spaces/{space}/offers/{round}/put", Name: "putOffer", Action: authz.OfferPut, Do: Tell(n.putOffer, n.hasPutOffer),
			Summary: "Put in the offer of one’s party, sealed under a secret that the house does not have"},
		{Pattern: "POST /spaces/{space}/offers/{round}/withdraw", Name: "withdrawOffer", Action: authz.OfferPut, Do: Tell(n.withdrawOffer, nil),
			Summary: "Take the offer of one’s party away, before all are in or once the round has lapsed"},
		{Pattern: "POST /spaces/{space}/offers/{round}/unlock", Name: "unlockOffers", Action: authz.OfferPut, Do: Tell(n.unlockOffers, n.unlockedOffers),
			Summary: "Hand in the secret of one’s party, once all are in; with the last one all are opened, or none if one was altered"},
	}
}

// direRows are what parties observe before the expert, and the answers.
func (n *Nouns) direRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/dires", Name: "listDires", Action: authz.DireSee, Do: Ask(n.dires),
			Summary: "What the parties of a forum observe before the expert (dires), line by line, with the answers and the last day"},
		{Pattern: "GET /spaces/{space}/dires/paper", Name: "getDirePaper", Action: authz.DireSee, Long: true, Do: Give(dire.PDF, n.direPaper),
			Summary: "All of them with their answers as one PDF, to be annexed to a report"},
		{Pattern: "GET /spaces/{space}/dires/file", Name: "getDireFile", Action: authz.DireSee, Long: true, Do: Give(forum.Media, n.direFile),
			Summary: "The same for a spreadsheet, a row for each line"},
		{Pattern: "GET /spaces/{space}/dires/draft", Name: "getDireDraft", Action: authz.DireSee, Do: Ask(n.direDraft),
			Summary: "The dire that one is writing, cut into lines as it would be filed"},
		{Pattern: "PUT /spaces/{space}/dires/draft", Name: "saveDireDraft", Action: authz.DireFile, Do: Tell(n.saveDire, nil),
			Summary: "Keep what one has written so far; a draft of nothing is dropped"},
		{Pattern: "POST /spaces/{space}/dires", Name: "fileDire", Action: authz.DireFile, Status: 201, Do: Tell(n.fileDire, n.filedDire),
			Summary: "File a dire for one’s party: it is before all parties at once, under its numbers, and is never changed"},
		{Pattern: "PUT /spaces/{space}/dires/day", Name: "setDireDay", Action: authz.DireAnswer, Do: Tell(n.setDireDay, nil),
			Summary: "Set the last day for dires: what comes later is taken, and says so"},
		{Pattern: "GET /spaces/{space}/dires/{dire}", Name: "getDire", Action: authz.DireSee, Do: Ask(n.getDire),
			Summary: "One dire; that a party other than its own has opened it is recorded"},
		{Pattern: "PUT /spaces/{space}/dires/{dire}/answers", Name: "saveDireAnswers", Action: authz.DireAnswer, Do: Tell(n.saveAnswers, nil),
			Summary: "Keep answers to lines of a dire that are being written, for all who may answer"},
		{Pattern: "POST /spaces/{space}/dires/{dire}/answers", Name: "publishDireAnswers", Action: authz.DireAnswer, Do: Tell(n.publishAnswers, nil),
			Summary: "Answer lines of a dire before all parties, once each; the others stay open"},
	}
}

// questionRows are what parties ask the firm, or whoever conducts the assessment.
func (n *Nouns) questionRows() []Operation {
	const one = "/spaces/{space}/questions/{question}"
	return []Operation{
		{Pattern: "GET /spaces/{space}/forum/pattern", Name: "getForumPattern", Action: authz.SpaceSee, Do: Ask(n.forumPattern),
			Summary: "Who sees what the parties of a forum bring and ask from now on"},
		{Pattern: "PUT /spaces/{space}/forum/pattern", Name: "setForumPattern", Action: authz.ForumSet, Do: Tell(n.setForumPattern, n.forumPatternSet),
			Summary: "Say it, for what comes from now on: what has come before stays as it was"},
		{Pattern: "GET /spaces/{space}/forum/demand", Name: "getForumDemand", Action: authz.SpaceSee, Do: Ask(n.forumDemand),
			Summary: "How surely the people of a space, a forum or not, show who they are, to enter it"},
		{Pattern: "PUT /spaces/{space}/forum/demand", Name: "setForumDemand", Action: authz.SpaceDemand, Do: Tell(n.setForumDemand, nil),
			Summary: "Demand it of everybody in the space, on every way; the expert’s to say, where there is one"},
		{Pattern: "GET /spaces/{space}/questions", Name: "listQuestions", Action: authz.QuestionSee, Do: Ask(n.listQuestions),
			Summary: "The questions of a forum that are for oneself, the newest first, with their answers"},
		{Pattern: "POST /spaces/{space}/questions", Name: "askQuestion", Action: authz.QuestionAsk, Status: 201, Do: Tell(n.askQuestion, n.askedQuestion),
			Summary: "Ask on behalf of one’s party: numbered, for whom the forum says at this moment"},
		{Pattern: "GET " + one, Name: "getQuestion", Action: authz.QuestionSee, Do: Ask(n.question),
			Summary: "One question, with what was answered to each of its lines"},
		{Pattern: "POST " + one + "/answer", Name: "answerQuestion", Action: authz.QuestionAnswer, Do: Tell(n.answerQuestion, n.answeredQuestion),
			Summary: "Answer lines of it, for exactly whom it is for; a document that is referred to is one that all have before them"},
		{Pattern: "POST " + one + "/withdraw", Name: "withdrawQuestion", Action: authz.QuestionWithdraw, Do: Tell(n.withdrawQuestion, nil),
			Summary: "Take a question of one’s party back, before anything is answered to it"},
	}
}

// forumRows are what parties put before each other.
func (n *Nouns) forumRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/exhibits", Name: "listExhibits", Action: authz.DocumentRead, Do: Ask(n.exhibits),
			Summary: "What each party of a forum has communicated, under its numbers, as far as one may read it"},
		{Pattern: "GET /spaces/{space}/exhibits/file", Name: "getExhibitFile", Action: authz.DocumentRead, Long: true, Do: Give(forum.Media, n.exhibitFile),
			Summary: "The same for a spreadsheet, in the language that is accepted"},
		{Pattern: "GET /spaces/{space}/exhibits/{version}/stamped", Name: "getStampedExhibit", Action: authz.DocumentRead, Long: true, Do: Give(dispatch.PDF, n.stampedExhibit),
			Summary: "The stamped copy of an exhibit: its bytes and then the stamp; of one that is no PDF, the cover sheet that goes before it"},
		{Pattern: "GET /spaces/{space}/exhibits/sizes", Name: "listPackSizes", Action: authz.SpaceSee, Do: Ask(n.packSizes),
			Summary: "How much one message can hold: to a court or a lawyer and, for the firm’s people, by its own choice"},
		{Pattern: "POST /spaces/{space}/exhibits/pack", Name: "packExhibits", Action: authz.DocumentRead, Long: true, Do: Give(dispatch.Media, n.packExhibits),
			Summary: "All that a party has communicated, stamped, in messages of the size that a court or a lawyer takes, or of one of the firm’s own, the list of exhibits first, as one ZIP file; each recorded as a download"},
		{Pattern: "PUT /spaces/{space}/circles/{named}/paper", Name: "branchParty", Action: authz.PaperServe, Do: Tell(n.branch, nil),
			Summary: "Reach a party of a forum on paper: what comes before all does not wait for a reader of it"},
		{Pattern: "DELETE /spaces/{space}/circles/{named}/paper", Name: "unbranchParty", Action: authz.PaperServe, Do: Tell(n.unbranch, nil),
			Summary: "Reach a party here alone again"},
		{Pattern: "POST /spaces/{space}/circles/{named}/services", Name: "serveExhibits", Action: authz.PaperServe, Do: Tell(n.serveExhibits, nil),
			Summary: "Say that exhibits were handed to a party that is reached on paper: when and how"},
		{Pattern: "GET /spaces/{space}/register", Name: "getRegister", Action: authz.RegisterSee, Do: Ask(n.register),
			Summary: "When each party of a forum was told of each exhibit, and opened it; outside the firm one’s own party alone, to an expert or a clerk all of them"},
		{Pattern: "GET /spaces/{space}/forum/instant", Name: "getForumInstant", Action: authz.SpaceSee, Do: Ask(n.forumInstant),
			Summary: "When the parties of a forum communicate: what they have set for that instant comes before all"},
		{Pattern: "PUT /spaces/{space}/forum/instant", Name: "setForumInstant", Action: authz.ForumSet, Do: Tell(n.setForumInstant, n.forumInstantSet),
			Summary: "Set that instant, or another one: what was set for the former one follows, and the parties are told"},
		{Pattern: "DELETE /spaces/{space}/forum/instant", Name: "cancelForumInstant", Action: authz.ForumSet, Do: Tell(n.cancelForumInstant, nil),
			Summary: "Take it back: what was set for it comes by itself no more"},
		{Pattern: "GET /spaces/{space}/attestations", Name: "listAttestations", Action: authz.RegisterSee, Do: Ask(n.attestations),
			Summary: "The attestations of adversarial exchange of a forum, as far as one may read its register"},
		{Pattern: "POST /spaces/{space}/attestations", Name: "drawAttestation", Action: authz.AttestDraw, Also: []authz.Action{authz.RegisterSee}, Status: 201, Do: Tell(n.attest, n.attestedAgain),
			Summary: "Attest what one reads in the register, as it is now"},
		{Pattern: "GET /spaces/{space}/attestations/{attestation}/file", Name: "getAttestationFile", Action: authz.RegisterSee, Do: Give(attest.Media, n.attestationFile),
			Summary: "An attestation with the entries of the journal that prove it, to be verified offline (doc/attestation-format.md)"},
		{Pattern: "GET /spaces/{space}/register/file", Name: "getRegisterFile", Action: authz.RegisterSee, Long: true, Do: Give(forum.Media, n.registerFile),
			Summary: "The same for a spreadsheet, in the language that is accepted"},
	}
}
