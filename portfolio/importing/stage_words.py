"""Which words do organisations use for the stage of a use case?

Whole phrases only, after `stages.phrase` folded them (lower case, no accents, no punctuation). A word that means
different stages in different houses (testing, implementation, proof of concept, beta, active, completed, in progress,
ongoing, approved, deferred, inactive, archived) is left out on purpose: it is asked about, never guessed.
"""

from __future__ import annotations

from typing import Final

from portfolio.rules import Stage

_WORDS: Final = {
    Stage.PROPOSED: """
        proposed, proposal, propose, idea, ideas, ideation, idea generation, concept, conception, concept development,
        conceptual, initiated, initiation, initiate, initial idea, intake, candidate, backlog, pipeline, in pipeline,
        planned, planning, plan, in planning, under planning, being planned, scoping, in scoping, scoped,
        discovery, in discovery, feasibility, feasibility study, exploration, exploring, exploratory, under exploration,
        pre deployment, predeployment, pre deployed, pre development, pre pilot, prepilot, pre initiation,
        not started, not yet started, not deployed, not yet deployed, to be started, future, upcoming,
        development, in development, under development, being developed, developing, developmental, develop,
        design, in design, designing, design and development, development and design, build, in build, building,
        under construction, being built, acquisition, in acquisition, procurement, in procurement, under procurement,
        procuring, tendering, acquisition development, development acquisition, acquisition and development,
        acquisition or development, development or acquisition, development and acquisition, acquisition and or development,
        development and or acquisition, requirements, requirements analysis, requested, submitted, draft,
        research and development, r and d,
        idee, ideenphase, vorschlag, vorgeschlagen, geplant, planung, in planung, in der planung, konzept, konzeption,
        konzeptphase, in konzeption, entwicklung, in entwicklung, in der entwicklung, entwicklungsphase, beschaffung,
        in beschaffung, vorbereitung, in vorbereitung, antrag, beantragt, ideensammlung, vorstudie, machbarkeitsstudie,
        umsetzung geplant, noch nicht begonnen, noch nicht gestartet, nicht gestartet, initiiert, initiierung, im aufbau,
        idee proposee, en projet, a l etude, a l idee, planifie, planifiee, en developpement,
        developpement, en cours de developpement, en conception, en preparation, etude de faisabilite, non demarre,
        propuesto, propuesta, idea inicial, planificado, planificada, en desarrollo, desarrollo, en planificacion, en estudio,
        proposto, proposta, pianificato, in sviluppo, sviluppo, in fase di sviluppo, in progettazione, progettazione,
        voorgesteld, voorstel, gepland, in ontwikkeling, ontwikkeling, planfase, ideefase, em desenvolvimento, planeado,
        foreslaet, under utveckling, planerad, under udvikling, planlagt, w przygotowaniu, planowany, planowane""",
    Stage.PILOT: """
        pilot, pilots, piloting, in pilot, pilot phase, pilot testing, pilot test, pilot project, pilot deployment,
        pilot programme, pilot program, pilot trial, pilot in progress, pilot ongoing, ongoing pilot, pilot running,
        running pilot, pilot active, active pilot, pilot underway, under pilot, being piloted, limited pilot, live pilot,
        operational pilot, pilot stage, in pilot phase, in piloting, pilot study, pilot operation, pilot use,
        trial, trials, trialling, trialing, in trial, on trial, under trial, trial phase, being trialled, being trialed,
        field trial, beta pilot, pilot beta, pre production pilot,
        pilotierung, in pilotierung, pilotphase, in der pilotphase, pilotprojekt, pilotbetrieb, im pilotbetrieb,
        im piloten, im pilot, pilotversuch, erprobung, in erprobung, in der erprobung, erprobungsphase, probebetrieb,
        im probebetrieb,
        pilote, en pilote, phase pilote, projet pilote, en phase pilote, pilotage en cours, en experimentation, en cours d experimentation, phase d experimentation,
        piloto, en piloto, fase piloto, proyecto piloto, en fase piloto, prueba piloto, em piloto, projeto piloto,
        pilota, fase pilota, progetto pilota, in sperimentazione, sperimentazione,
        pilotfase, in pilotfase, proef, pilootproject, in pilootfase, pilotowy, pilotaz, pilotti, pilotprojekti""",
    Stage.PRODUCTION: """
        production, in production, production use, in productive use, full production, live production, production live,
        production deployment, deployed to production, deployed in production, in production use, production phase,
        deployed, fully deployed, deployed and operational, deployed and in use, live, live service, in live use, gone live,
        went live, now live, live and in use, operational, fully operational, in operation, in operations, operation,
        operations, operating, operate, operationalised, operationalized, operation and maintenance,
        operations and maintenance, operations maintenance, operation maintenance, operational and maintenance, o m,
        o and m, operation and monitoring, operations and monitoring, deployment and operation, in full operation,
        in use, in active use, actively used, actively in use, in regular use, in daily use, used, in service,
        in mission, in mission use, business as usual, bau, in bau, implemented, fully implemented, rolled out,
        fully rolled out, launched, sustainment, operations and sustainment, in operation and maintenance, in live operation,
        produktiv, produktion, in produktion, produktivbetrieb, im produktivbetrieb, in betrieb, im betrieb, betrieb,
        regelbetrieb, im regelbetrieb, wirkbetrieb, im wirkbetrieb, echtbetrieb, im echtbetrieb, live betrieb, im livebetrieb,
        livebetrieb, im einsatz, produktiver einsatz, im produktiven einsatz, in nutzung, produktiv im einsatz, eingefuhrt,
        ausgerollt, in verwendung, produktiv genutzt, betrieb und wartung, linienbetrieb,
        en production, en service, en exploitation, deploye, deployee, operationnel, operationnelle, mis en service,
        mise en service, en usage, en utilisation, utilise, en fonctionnement,
        en produccion, produccion, desplegado, desplegada, implantado, implementado, operativo, operativa, en operacion,
        en uso, en funcionamiento, em producao, em operacao, em uso,
        in produzione, produzione, in esercizio, operativo in esercizio, in uso, in servizio, attivo in produzione,
        in productie, productie, in gebruik, operationeel, in werking, i drift, i produktion, driftsatt, tuotannossa""",
    Stage.PAUSED: """
        paused, on pause, pause, on hold, hold, put on hold, placed on hold, suspended, temporarily suspended,
        temporarily paused, temporarily on hold, currently on hold, currently paused, in suspension, halted temporarily,
        pausiert, in pause, ruhend, ruht, ausgesetzt, vorubergehend ausgesetzt, zuruckgestellt pausiert, unterbrochen,
        en pause, suspendu, suspendue, mis en pause, en attente suspendu, suspendido, suspendida, en pausa, pausado,
        sospeso, sospesa, in pausa, gepauzeerd, opgeschort, pausad, pausseret""",
    Stage.STOPPED: """
        stopped, cancelled, canceled, terminated, abandoned, aborted, pilot stopped, pilot cancelled, pilot canceled,
        pilot terminated, pilot abandoned, project cancelled, project stopped, stopped early, ceased development,
        abgebrochen, gestoppt, abbruch, aufgegeben, storniert, abandonne, abandonnee, arrete, arretee, annule, annulee,
        cancelado, cancelada, abandonado, abandonada, detenido, annullato, annullata, abbandonato, interrotto,
        stopgezet, gestopt, geannuleerd, avbruten, annulleret""",
    Stage.RETIRED: """
        retired, retire, retirement, decommissioned, decommission, being decommissioned, withdrawn, sunset, sunsetted,
        sunsetting, end of life, eol, phased out, being phased out, shut down, shutdown, switched off, discontinued,
        no longer in use, no longer used, not in use anymore, no longer operational, taken out of service, out of service,
        replaced, superseded, retired decommissioned, in retirement, being retired, disposed, disposal, disposition,
        ausser betrieb, ausserbetrieb, stillgelegt, abgeschaltet, abgelost, eingestellt, betrieb eingestellt, ausgemustert,
        zuruckgezogen, nicht mehr im einsatz, nicht mehr in betrieb, nicht mehr genutzt, beendet und abgeschaltet,
        retire du service, retiree, hors service, mis hors service, decommissionne, desactive, retirado, retirada,
        dado de baja, fuera de servicio, desactivado, ritirato, ritirata, dismesso, dismessa, fuori servizio,
        buiten gebruik, uitgefaseerd, uit gebruik genomen, buiten gebruik gesteld, avvecklad, udfaset""",
    Stage.DECLINED: """
        declined, rejected, refused, not approved, turned down, denied, not selected, disapproved,
        abgelehnt, nicht genehmigt, verworfen, zuruckgewiesen, rejete, rejetee, refuse, refusee, non retenu,
        rechazado, rechazada, denegado, respinto, respinta, rifiutato, afgewezen, geweigerd, avvisad, afvist""",
}
VOCABULARY: Final[dict[str, Stage]] = {
    phrase.strip(): stage for stage, words in _WORDS.items() for phrase in words.replace("\n", " ").split(",")
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# These change what the words before them mean ("Pilot - completed", "Live (planned)").
TURNING: Final = _words("""not no never without non complete completed completing ended ending end finished closed concluded done failed
    successful unsuccessful expired former formerly previously previous partial partially partly limited pending awaiting
    until soon to tbc tbd maybe possibly potential expected target stopped stop cancelled canceled terminated abandoned
    discontinued paused hold suspended retired retiring decommissioned withdrawn replaced superseded rejected declined
    delayed deferred postponed inactive dormant planned planning proposed future next ready
    alpha beta test testing tests poc prototype sandbox
    nicht kein keine beendet abgeschlossen geplant teilweise bald abgebrochen eingestellt pausiert
    pas sans termine terminee acheve prevu prevue partiel abandonne suspendu""")
# In a long explanation only these count: a definition may well mention the limits of a stage.
ENDING: Final = _words("""stopped cancelled canceled terminated abandoned discontinued paused suspended retired decommissioned withdrawn
    ended completed concluded failed halted eingestellt abgebrochen beendet pausiert abandonne suspendu""")
# Words that say nothing about which stage is meant.
FILLERS: Final = _words("""the a an is are was it its being been currently current now already presently phase stage status state
    use case usecase project system service solution tool product ai ki ia model application app initiative programme
    program der die das ist derzeit aktuell le la les est de du actuellement el los las es fase etapa""")
