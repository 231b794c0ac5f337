"""The packages that make up this installation, in the order their menus and migrations follow."""

KERNEL = [
    "gonghui.kernel.codes",
    "gonghui.kernel.config",
    "gonghui.kernel.audit",
    "gonghui.kernel.bus",
    "gonghui.kernel.jobs",
    "gonghui.kernel.security",
    "gonghui.kernel.files",
    "gonghui.kernel.org",
    "gonghui.kernel.people",
    "gonghui.kernel.identity",
    "gonghui.kernel.access",
    "gonghui.kernel.rules",
    "gonghui.kernel.notify",
    "gonghui.kernel.exchange",
    "gonghui.kernel.search",
    "gonghui.kernel.metrics",
    "gonghui.kernel.resource",
    "gonghui.kernel.ui",
    "gonghui.kernel.documents",
    "gonghui.kernel.process",
]

ENGINES = [
    "gonghui.engines.casework",
    "gonghui.engines.language",
]

SYSTEMS = [
    "gonghui.systems.mobilization.membership",
    "gonghui.systems.mobilization.founding",
    "gonghui.systems.mobilization.staff_congress",
    "gonghui.systems.office.circulation",
    "gonghui.systems.media.short_messages",
    "gonghui.systems.mobilization.legal_person",
    "gonghui.systems.foundation.users",
    "gonghui.systems.foundation.config",
    "gonghui.systems.foundation.services",
    "gonghui.systems.foundation.components",
    "gonghui.systems.foundation.ai",
    "gonghui.systems.service.hall",
    "gonghui.systems.portal.desk",
    "gonghui.systems.portal.sign_on",
    "gonghui.systems.rights.feedback",
    "gonghui.systems.rights.law",
    "gonghui.systems.rights.legal_aid",
    "gonghui.activities.census",
]
