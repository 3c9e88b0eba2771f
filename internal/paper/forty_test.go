package paper

import "testing"

// matter is a shelf of forty documents with what is asked for beside it.
type matter struct {
	name      string
	documents []string // forty
	known     []string // asked for, and there
	unknown   []string // asked for, and not there
}

var matters = []matter{
	{
		name: "a divorce",
		documents: []string{
			"RIB_compte_joint.pdf", "CNI Claire recto-verso.jpg", "livret-famille.pdf", "Acte mariage Nantes.pdf", "Extrait naissance Claire PETIT.pdf",
			"avis_impots_2024.pdf", "Avis d'imposition 2023.pdf", "bulletin paie janv 2026.pdf", "bulletin paie fev 2026.pdf", "bulletin paie mars 2026.pdf",
			"CDI_Claire.pdf", "titre propriete maison.pdf", "tableau amortissement Credit Agricole.pdf", "taxe_fonciere_2025.pdf", "releve compte joint 2026-01.pdf",
			"releve compte joint 2026-02.pdf", "attestation CAF.pdf", "Attestation assurance habitation MAIF 2026.pdf", "facture EDF fevrier 2026.pdf", "carte grise Clio.jpg",
			"convention d'honoraires.pdf", "courrier confrere 12 mars.pdf", "projet de convention v1.docx", "projet de convention v2.docx", "note de synthese.docx",
			"etat liquidatif.pdf", "compte rendu rendez-vous.docx", "lettre notaire.pdf", "photo salon.jpg", "photo cuisine.jpg",
			"certificat scolarite Emma.pdf", "planning garde alternee.xlsx", "budget mensuel.xlsx", "liste des meubles.docx", "mail Paul 3 mars.eml",
			"attestation temoin Durand.pdf", "facture avocat 001.pdf", "facture avocat 002.pdf", "accuse reception LRAR.pdf", "ordonnance medicale.pdf",
		},
		known: []string{
			"Votre RIB", "Carte nationale d’identité", "Livret de famille", "Acte de mariage", "Avis d’imposition 2023",
			"Trois derniers bulletins de salaire", "Titre de propriété de la maison", "Tableau d’amortissement du prêt", "Relevés de compte", "Justificatif de domicile",
		},
		unknown: []string{
			"Contrat de mariage", "Passeport", "Avis d’imposition 2022", "Acte de naissance de Monsieur", "Attestation France Travail",
			"Bail", "Permis de conduire", "Estimation immobilière", "Certificat médical", "Relevé de carrière",
		},
	},
	{
		name: "a debt",
		documents: []string{
			"KBIS Durand 2026.pdf", "Statuts_a_jour.pdf", "CGV 2025.pdf", "Facture F2025-118 Martin.pdf", "Facture F2025-131 Martin.pdf", "Facture F2025-140 Leroy.pdf",
			"Devis 77 Martin signe.pdf", "BC 4512.pdf", "Bon de livraison 4512.pdf", "relance 1 Martin.pdf", "relance 2 Martin.pdf", "MED Martin LRAR.pdf",
			"AR LRAR Martin.pdf", "contrat cadre Martin.pdf", "grand livre client Martin.xlsx", "bilan 2024.pdf", "Liasse fiscale 2024.pdf", "RIB SARL Durand.pdf",
			"CNI gerant Durand.pdf", "PV AGO 2025.pdf", "attestation RC pro 2026.pdf", "attestation urssaf.pdf", "mail Martin 4 mai.eml", "mail Martin 9 mai.eml",
			"note interne.docx", "requete injonction.docx", "assignation projet.docx", "photo chantier 1.jpg", "photo chantier 2.jpg", "photo chantier 3.jpg",
			"bail commercial Rezé.pdf", "facture electricite local.pdf", "echeancier propose.pdf", "protocole transactionnel Martin.docx", "pouvoir special.pdf", "extrait compte banque mai.pdf",
			"courrier huissier.pdf", "Proces verbal de constat.pdf", "convention honoraires signee.pdf", "facture honoraires 12.pdf",
		},
		known: []string{
			"Extrait K-bis", "Statuts de la société", "Conditions générales de vente", "Facture 118", "Factures Leroy",
			"Lettre de mise en demeure", "Comptes annuels 2024", "Procès-verbal d’assemblée générale 2025", "Attestation de responsabilité civile professionnelle", "Protocole transactionnel",
		},
		unknown: []string{
			"Bilan 2023", "Facture 119", "Devis Leroy", "Pacte d’associés", "Attestation d’assurance décennale",
			"Procès-verbal d’assemblée générale 2024", "Jugement", "Reconnaissance de dette", "Registre des mouvements de titres", "Casier judiciaire",
		},
	},
	{
		name: "a licence and a dismissal",
		documents: []string{
			"permis_recto.jpg", "permis_verso.jpg", "RII.pdf", "Avis contravention 12-02-2026.pdf", "arrete prefectoral suspension.pdf", "48SI.pdf",
			"attestation stage recuperation points.pdf", "certificat immatriculation BMW.pdf", "attestation employeur necessite vehicule.pdf", "contrat travail Transports Leroy.pdf",
			"fiche_paie_012026.pdf", "fiche_paie_022026.pdf", "fiche_paie_032026.pdf", "Lettre licenciement.pdf", "solde tout compte.pdf", "certificat de travail Leroy.pdf",
			"attestation pole emploi Leroy.pdf", "arret maladie mars.pdf", "certificat medical Dr Blanc.pdf", "quittance_loyer_avril_2026.pdf", "bail studio.pdf", "passeport.pdf",
			"assurance auto 2026.pdf", "constat amiable.pdf", "plainte commissariat.pdf", "convocation tribunal police.pdf", "ordonnance penale.pdf", "aide juridictionnelle decision.pdf",
			"photo panneau.jpg", "photo route.jpg", "plan lieux.pdf", "temoignage voisin.pdf", "mail employeur.eml", "mail prefecture.eml", "recours gracieux.docx", "memoire.docx",
			"requete refere.docx", "facture garage.pdf", "taxi factures mars.pdf", "RIB Lucas.pdf",
		},
		known: []string{
			"Permis de conduire", "Relevé d’information intégral", "Lettre 48SI", "Carte grise", "Contrat de travail",
			"Bulletins de paie de janvier à mars 2026", "Solde de tout compte", "Pièce d’identité", "Quittance de loyer", "Attestation d’assurance du véhicule",
		},
		unknown: []string{
			"Permis de construire", "Carte d’identité", "Bulletin de paie d’avril 2026", "Avis d’imposition", "Titre de séjour",
			"Jugement du tribunal de police", "Contrôle technique", "Livret de famille", "Attestation d’assurance habitation", "Carte vitale",
		},
	},
}

// TestForty asks three shelves of forty documents for ten papers that are there
// and ten that are not.
func TestForty(t *testing.T) {
	tab := table(t)
	for _, m := range matters {
		if len(m.documents) != 40 || len(m.known) != 10 || len(m.unknown) != 10 {
			t.Fatalf("%s: %d documents, %d known, %d unknown", m.name, len(m.documents), len(m.known), len(m.unknown))
		}
		offered := 0
		for _, want := range m.known {
			if found := m.offers(tab, want); len(found) > 0 {
				offered++
				t.Logf("%s: %q ← %q", m.name, want, found)
			} else {
				t.Logf("%s: %q is not offered", m.name, want)
			}
		}
		if offered < 9 {
			t.Errorf("%s: %d of 10 known papers are offered", m.name, offered)
		}
		for _, want := range m.unknown {
			if found := m.offers(tab, want); len(found) > 0 {
				t.Errorf("%s: %q is not there, and %q is offered", m.name, want, found)
			}
		}
	}
}

func (m matter) offers(tab *Table, want string) (out []string) {
	for _, have := range m.documents {
		if answers(tab, want, have) {
			out = append(out, have)
		}
	}
	return out
}
