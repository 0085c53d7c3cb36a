"""What staff should think of when they answer: a sentence for each right, with the article of the GDPR."""

from django.utils.translation import gettext_lazy as _

from privacy.models import Right

GUIDANCE = {
    Right.ACCESS: _(
        "Beside the copy of the data, the answer names the purposes, the categories of data, the recipients, "
        "how long they are kept, the other rights, where the data come from, and automated decisions, "
        "if there are any (article 15(1))."
    ),
    Right.RECTIFICATION: _(
        "Tell those to whom the data were passed on about the correction, and name them if the requester "
        "asks (article 19)."
    ),
    Right.DELETION: _(
        "What must stay for legal claims or by law stays, and the answer says so (article 17(3)). Tell those "
        "to whom the data were passed on, and name them if the requester asks (article 19)."
    ),
    Right.RESTRICTION: _(
        "Restricted data are stored and not otherwise used (article 18(2)). Complaints are erased after "
        "three years all the same: ask for a legal hold on what must stay. Tell those to whom the data were "
        "passed on (article 19), and the requester before the restriction ends (article 18(3))."
    ),
    Right.OBJECTION: _(
        "The data are not used any more, unless the answer names compelling legitimate grounds or legal "
        "claims (article 21(1)). An objection to direct marketing is always granted (article 21(3))."
    ),
}
