.DEFAULT_GOAL := help
.PHONY: help run staff demo backup restore test check stack test-stack scan observatory fuzz audit-deps lock messages specimens screenshots gazetteer legal-texts map bench bench-check load faults test-faults fresh-debian validate audit tasks

PYTHON ?= python3
PORT ?= 8000
export PYTHON PORT

help: ## Explain these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/installed ## Serve the portal on http://127.0.0.1:8000 with its mail worker (PORT= changes the port)
	@scripts/run.sh

staff: .venv/installed ## Create a staff account that may do everything
	@scripts/manage.sh createsuperuser

demo: .venv/installed ## Add fictitious staff, complaints and versions, and print the passwords
	@scripts/manage.sh load_demo

backup: .venv/installed ## Back up database and files into one archive, while the portal runs
	@scripts/as_it_is.sh backup

restore: .venv/installed ## Restore a backup: ARCHIVE=file, OPTIONS="--replace --identity file" where needed
	@test -n "$(ARCHIVE)" || { echo "Say which: make restore ARCHIVE=file" >&2; exit 1; }
	@scripts/as_it_is.sh restore "$(ARCHIVE)" $(OPTIONS)

test: .venv/installed-dev ## Run every check and test, on SQLite and on PostgreSQL, installing what they need
	@scripts/test.sh

check: .venv/installed-dev ## Check style, types, templates, migrations, translations, deployment settings
	@scripts/need.sh xgettext gettext
	@scripts/check.sh

stack: .venv/installed-dev ## Run the portal as on several machines: nginx, two web processes, PostgreSQL, Redis
	@scripts/need.sh nginx nginx redis-server redis-server initdb postgresql openssl openssl
	@DEBUG=True .venv/bin/python -m scripts.stack

test-stack: .venv/installed-dev ## Test that several processes behave as one portal, behind the nginx of deploy/
	@scripts/need.sh nginx nginx redis-server redis-server initdb postgresql openssl openssl
	@DEBUG=True .venv/bin/python -m pytest -m stack legalsite/tests/stack

scan: .venv/installed-dev ## Let wapiti attack the stack on loopback, some twenty minutes at most (needs the internet once)
	@scripts/need.sh nginx nginx redis-server redis-server initdb postgresql openssl openssl
	@scripts/scan.sh

observatory: .venv/installed-dev ## Have MDN's HTTP Observatory grade the stack (root, for ports 80 and 443; Node 20)
	@scripts/need.sh npm npm nginx nginx redis-server redis-server initdb postgresql openssl openssl
	@cd scripts/observatory && npm ci --silent --ignore-scripts
	@DEBUG=True .venv/bin/python -m scripts.observatory

fuzz: .venv/installed-dev ## Send every hostile text to every parameter, path and field; `make test` sends one in seven
	@FUZZ=all DEBUG=True .venv/bin/python -m pytest legalsite/tests/test_hostile.py

audit-deps: .venv/installed-dev ## Look for known weaknesses of the locked packages (needs the internet)
	@scripts/audit.sh

lock: .venv/installed-dev ## Write requirements.txt and requirements-dev.txt anew from the .in files
	@scripts/lock.sh

messages: .venv/installed-dev ## Collect the strings to translate into core/locale, and compile the catalogues
	@scripts/need.sh xgettext gettext
	@DEBUG=True .venv/bin/python -m scripts.messages

specimens: .venv/installed-dev ## Build the specimen PDFs anew from their sources
	@.venv/bin/python -m scripts.specimens

screenshots: .venv/installed-dev ## Take the screenshots of the README and handbook, and of every page into var/screenshots
	@scripts/need.sh chromium chromium libatomic.so.1 libatomic1 P052-Roman.otf fonts-urw-base35 \
	  Roboto-Regular.ttf fonts-roboto-unhinted
	@.venv/bin/python -m scripts.screenshots
	@.venv/bin/python -m scripts.contact_sheet

gazetteer: .venv/installed-dev ## Build the place names of the roaming lookup anew from their sources
	@scripts/need.sh npm npm
	@scripts/gazetteer.sh

legal-texts: .venv/installed-dev ## Make the PDF files of real legal texts that the tests read
	@scripts/need.sh npm npm libpangoft2-1.0.so.0 libpangoft2-1.0-0
	@scripts/legal_texts.sh

map: ## Build the map of the roaming page anew from Natural Earth
	@scripts/need.sh npm npm
	@cd scripts/world_map && npm ci --silent && node build.mjs

bench: .venv/installed-dev ## Measure speed beside an empty Django, the lookup beside other libraries, and many rows
	@scripts/need.sh initdb postgresql g++ g++ pkg-config pkg-config icuinfo libicu-dev python3-config python3-dev \
	  wrk wrk nginx nginx redis-server redis-server openssl openssl
	@scripts/bench.sh

bench-check: .venv/installed-dev ## Check that the speed of docs/performance.md is reached
	@scripts/need.sh wrk wrk nginx nginx-light
	@env -u DATABASE_URL .venv/bin/python -m bench.speed --check

load: .venv/installed-dev ## Put the whole portal under load (make stack), two minutes, and measure
	@scripts/need.sh nginx nginx redis-server redis-server initdb postgresql openssl openssl
	@DEBUG=True .venv/bin/python -m bench.stack

faults: .venv/installed-dev ## Kill a portal's processes while 500 complaints come in, and look for what was lost
	@.venv/bin/python -m scripts.faults

test-faults: .venv/installed-dev ## Take database, cache, mail server, disks and processes away, and set the clock (some ten minutes)
	@scripts/need.sh nginx nginx redis-server redis-server initdb postgresql openssl openssl faketime faketime
	@DEBUG=True .venv/bin/python -m pytest -m "faults or processes" legalsite/tests/faults legalsite/tests/stack

fresh-debian: .venv/installed-dev ## Follow docs/operate.md on a fresh Debian 12 that is booted for it (root; ports 80 and 443)
	@scripts/need.sh debootstrap debootstrap systemd-nspawn systemd-container
	@.venv/bin/python -m scripts.fresh_debian

validate: .venv/installed-dev ## Check the HTML of every kind of page, style sheets and drawings (Nu HTML checker)
	@scripts/need.sh npm npm java default-jre-headless
	@scripts/validate.sh

audit: .venv/installed-dev ## Measure every page: Lighthouse, weight, axe in each state, five tasks (some ten minutes)
	@scripts/need.sh npm npm chromium chromium libatomic.so.1 libatomic1
	@cd scripts/lighthouse && npm ci --silent --ignore-scripts
	@.venv/bin/python -m scripts.audit

tasks: .venv/installed-dev ## Try five tasks as a new user would, and count the steps
	@scripts/need.sh chromium chromium libatomic.so.1 libatomic1
	@.venv/bin/python -m scripts.tasks

.venv/installed: requirements.txt
	@scripts/venv.sh requirements.txt
	@touch $@

# The larger set holds the smaller one, at the same versions.
.venv/installed-dev: requirements-dev.txt
	@scripts/venv.sh requirements-dev.txt
	@touch .venv/installed $@
