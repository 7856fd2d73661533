"""Which words head the columns of registers, in the languages we meet?

Phrases are folded as in `header_words`: lower case, no accents, plural s off, brackets dropped. `exact` phrases are
the whole header; a `Rule` needs one word of each of its groups. `never` words take a column out of the race.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """At least one word of every group must stand in a header of at most `words` words."""

    score: float
    groups: tuple[frozenset[str], ...]
    words: int = 8


@dataclass(frozen=True, slots=True)
class FieldWords:
    exact: dict[str, float]
    rules: tuple[Rule, ...]
    never: frozenset[str]


def _field(never: str = "", rules: tuple[Rule, ...] = (), **by_score: str) -> FieldWords:
    """`s95="a b, c"` gives the phrases "a b" and "c" the score 0.95; `s100` is 1."""
    exact = {phrase.strip(): int(key[1:]) / 100 for key, phrases in by_score.items() for phrase in phrases.split(",")}
    return FieldWords(exact, rules, frozenset(never.split()))


def _rule(score: float, *groups: str, words: int = 8) -> Rule:
    return Rule(score, tuple(frozenset(group.split()) for group in groups), words)


_THING = "case usecase tool project system algorithm algorithme application solution initiative service model projekt projet proyecto anwendung outil"  # fmt: skip
_ORG = "agency department organisation organization ministry authority body directorate company institution behorde ministere ministerium organisme organismo organisatie"  # fmt: skip

FIELDS: Final[dict[str, FieldWords]] = {
    "title": _field(
        s100="use case name, use case title, ai use case name, name of use case, title of use case, usecase name, usecase",
        s97="tool name, name of tool, name of ai system, name of ai use case, ai system name, project name, project title, algorithm name, initiative name",
        s95="title, ai use case, name of tool or project, application name, solution name, service name, name of algorithm",
        s90="name, use case, anwendungsfall, bezeichnung, titel, projektname, titre, intitule, nom du projet, nom, cas d usage, nom de l outil, nombre, titulo, denominazione, nome, naam, titolo, name des projekt, name der anwendung, name des anwendungsfall, ki anwendungsfall, ki anwendung, nom du cas d usage, nombre del proyecto, projectnaam, nom de l algorithme",
        s80="tool, project, projekt, projet, proyecto, initiative, algorithm, solution, anwendung, caso d uso, caso de uso",
        s70="system name, model name, ai system, product name, name of system, vorhaben, massnahme, subject",
        rules=(_rule(0.85, "name title titel nom nombre nome naam bezeichnung intitule titre", _THING),),
        never="vendor supplier contact owner file commercial bureau office dataset data sponsor person user abbreviation manager lead hisp provider agency department public facing ato licence license number url",
    ),
    "external_id": _field(
        s100="use case id, use case identifier, use case number, use case ref, use case reference, unique use case id, usecase id",
        s95="id, identifier, unique id, unique identifier, record id, project id, inventory id, reference id, tool id, reference number, ref, reference, system id, case id, kennung, projekt id, vorgangsnummer, registration number, register id, registernummer",
        s85="ref no, ref number, projektnummer, project number, identifiant, identificador, identificativo, aktenzeichen, key, reference no, kennnummer, case number, kenmerk, ai id, algorithm id, inventory number, uid, uuid, guid",
        s60="code, number, no, nr, num, numero, nummer, lfd nr, laufende nummer, s no",
        rules=(_rule(0.8, "id identifier identifiant identificador kennung ref reference", _THING + " record inventory register unique", words=6),),
        never="vendor agency department organisation ato procurement contract piid name title parent category user data privacy official related link",
    ),
    "stage": _field(
        s100="stage of development, development stage, stage, current stage, current stage of development, lifecycle stage, life cycle stage, project stage, use case stage, stage of use case, sdlc stage, ai lifecycle stage, stage of deployment, deployment stage",
        s95="status, phase, project status, development status, deployment status, lifecycle phase, current status, current phase, project phase, implementation status, implementation stage, operational status, use case status, life cycle phase, stage of life cycle, stage of lifecycle, lifecycle status",
        s90="entwicklungsstand, entwicklungsstadium, umsetzungsstand, projektstatus, projektphase, stand der umsetzung, statut, etape, etat d avancement, stade, stade de developpement, estado, fase, etapa, stato, stadium, phase du projet, statut du projet, estado del proyecto, fase del proyecto, stand, einsatzstatus, nutzungsstatus, betriebsstatus, ontwikkelfase",
        s75="lifecycle, life cycle, maturity, maturity stage, reifegrad, state, etat, avancement, umsetzung, maturity level",
        rules=(_rule(0.75, "stage status phase statut lifecycle stadium projektstatus", words=5),),
        never="date approval ato privacy compliance funding risk evidence contract assessment reporting security rag review audit when began legal budget test testing previou prior target update updated note comment dpia",
    ),
    "problem": _field(
        s100="problem, problem solved, problem description, problem statement, problem to be solved, problem addressed, business problem",
        s95="purpose, intended purpose, purpose of use case, what is it for, intended purpose and expected benefit, purpose and benefit, purpose and expected benefit, problemstellung, zweck, objectif, finalite, objetivo, proposito, scopo, finalita, doel, probleme, probleme traite, intended use, intended purpose and expected benefit of use case",
        s88="use case description, description of use case, tool description, project description, description of tool, description of ai use case, ai use case description, description du cas d usage, description du projet, beschreibung des anwendungsfall, projektbeschreibung",
        s85="description, beschreibung, kurzbeschreibung, objective, aim, goal, ziel, zielsetzung, descripcion, descrizione, beschrijving, kurzbeschrieb, short description, brief description, but",
        s70="summary, overview, detail, abstract, background, zusammenfassung, resume, resumen, omschrijving, what it doe, what doe it do, rationale, scope",
        rules=(
            _rule(0.95, "problem", "solve solved intended address addressed trying statement", words=20),
            _rule(0.85, "purpose zweck objectif finalite proposito", words=20),
            _rule(0.75, "description describe beschreibung descripcion", _THING, words=10),
            _rule(0.7, "problem", words=5),
        ),
        never="data dataset output ausgabe training code vendor demographic risk url link impact date owner justification contact email license user number",
    ),
    "business_outcome": _field(
        s100="benefit, expected benefit, benefit description, anticipated benefit, expected outcome, intended benefit",
        s90="nutzen, erwarteter nutzen, mehrwert, benefice, benefice attendu, beneficio, beneficio esperado, benefici, baten, voordelen, voordeel, gain attendu, business value, business benefit, expected value, benefice attendus",
        s75="outcome, value, gain, impact on business, positive outcome, wertbeitrag, value proposition",
        rules=(_rule(0.85, "benefit nutzen benefice beneficio", words=25),),
        never="owner purpose date url link realised realized category type data",
    ),
    "organisation": _field(
        s100="organisation, organization, agency name, organisation name, organization name, publishing body, lead organisation name, lead organization name, department name, name of organisation, name of agency, responsible organisation, public body",
        s92="agency, department, ministry, authority, company, institution, lead organisation, lead organization, lead agency, council, behorde, ministerium, ressort, organisme, ministere, administration, organismo, entidad, ministerio, amministrazione, ministero, organisatie, ente, government body, public authority, local authority, owning organisation, institution name, entite, institucion",
        s85="directorate, dienststelle, amt, fachbereich, unternehmen, departamento, direction, departement, dezernat, legal entity, body, municipality, kommune, gemeinde, gemeente, comune, organisationseinheit, dipartimento, service area",
        rules=(_rule(0.75, _ORG, words=4), _rule(0.65, _ORG, "name responsible lead owner", words=6)),
        never="abbreviation abbr acronym use used code category type email mail contact data owned id size link website url partner description country number level other person head geo withheld component bureau",
    ),
    "unit": _field(
        s100="bureau, bureau component, component, sub agency, subagency, agency bureau, bureau component office, sub organisation, suborganisation, operating division, bureau office, bureau name, component name, sub department",
        s85="office, unit, business unit, team, branch, division, referat, abteilung, afdeling, unidad, ufficio, operating unit, organisational unit, service, unite, dienst, area de negocio, business area, arbeitsbereich, sachgebiet",
        s60="directorate, fachbereich, section, department, organisationseinheit, direction",
        rules=(_rule(0.75, "bureau component subagency", words=5),),
        never="email contact data code price cost system software id number url",
    ),
    "sponsor_name": _field(
        s100="sponsor, executive sponsor, business sponsor, senior responsible owner, sro, project sponsor, senior sponsor",
        s85="projektsponsor, auftraggeber, commanditaire, patrocinador, opdrachtgever, accountable executive, executive owner, accountable owner, responsible executive, sponsor name",
        rules=(_rule(0.8, "sponsor", words=4),),
        never="date email",
    ),
    "tags": _field(
        s100="tag, keyword, topic, topic area, use case topic area, theme, use case topic",
        s85="domain, category, sector, primary sector, use case category, business function, themenfeld, thema, themen, kategorie, schlagworte, schlagwort, domaine, categorie, secteur, tema, categoria, ambito, policy area, function, subject area, area, mission area, mot cle, anwendungsbereich, einsatzgebiet, einsatzbereich",
        s60="technology, ai technique, classification, ai classification, type of ai, ai type, technologie, tecnologia, ki technologie, ki verfahren",
        rules=(_rule(0.7, "topic tag keyword theme", words=6),),
        never="other organisation risk impact data vendor high explain",
    ),
    "running_since": _field(
        s100="operational date, operation date, running since, live since, go live date, in use since, in production since, date implemented, date deployed, deployment date, date of deployment, date operational, in operation since, first use, date of first use, production date",
        s90="start date, launch date, implementation date, date launched, date live, go live, startdatum, in betrieb seit, produktivsetzung, einfuhrungsdatum, go live datum, date de mise en service, date de mise en production, mise en service, mise en production, fecha de puesta en marcha, fecha de inicio, data di avvio, ingangsdatum, in gebruik sind, inbetriebnahme, date de debut, date of launch, date went live, im einsatz seit, datum der inbetriebnahme",
        s75="start, since, launched, beginn, debut, inicio, seit, launch, project start date, date started, started, aktiv seit, projektstart, deployed, start year, year of implementation",
        rules=(
            _rule(0.9, "date", "operational live deployed implemented launch launched", words=25),
            _rule(0.6, "date datum fecha year", "start deployment production use einfuhrung", words=5),
        ),
        never="retired retire end ended acquisition initiated ato planned expected target review updated update publication created modified expiry contract licence license pia test",
    ),
    "real_users": _field(
        s100="user, user count, number of user, active user, real user, current user, of user, number of active user, anzahl nutzer, nutzerzahl, nombre d utilisateur, numero de usuario, aantal gebruiker, numero di utenti",
        s85="nutzer, nutzende, nutzerinnen und nutzer, anwender, anzahl anwender, anzahl nutzende, utilisateur, usuario, gebruiker, utenti, headcount, license user, of license user, estimated of license user, seat, number of seat",
        rules=(_rule(0.8, "number count anzahl nombre numero aantal", "user nutzer anwender utilisateur usuario gebruiker utenti", words=6),),
        never="email feedback facing training target planned expected potential id name url",
    ),
}  # fmt: skip
YES_NO_OPENERS: Final = frozenset(
    "is are was were has have had do does doe did can could will should if".split()  # noqa: SIM905 — reads as a list
)
