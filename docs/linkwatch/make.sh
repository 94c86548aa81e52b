#!/bin/sh
# Makes the project linkwatch in the folder linkwatch: sh make.sh [sqlite|postgresql]
set -eu
DATABASE=${1:-sqlite}

fastforge new linkwatch --database "$DATABASE" --yes --no-verify
cd linkwatch
fastforge add-module links --owned --field url:HttpUrl --field 'label:str{1,80}' \
    --field active:bool=yes --filter active --sort label --search label --no-verify
fastforge add-module results --owned --field 'link:->links,cascade' --field 'status:int|None' \
    --field ok:bool --field 'error:str{,200}|None' --filter ok --routes list,get --no-verify
fastforge add-task check_link --param link_id:UUID --no-route --idempotent --no-verify
fastforge add-job check_links --every 5m --queues check_link --idempotent --no-verify
fastforge add-job weekly_report --cron '0 8 * * 1' --timezone Europe/Berlin --queues send_email \
    --idempotent --no-verify
fastforge add-task import_links --param 'urls:list[HttpUrl]{1,100}' --param 'owner:str{1,255}' \
    --guard links:import --idempotent --no-verify
fastforge change-module links --add-field 'notify:EmailStr|None=None'
