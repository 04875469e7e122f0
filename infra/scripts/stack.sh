# shellcheck shell=bash
# Functions for the commands of infra/docs/operations.md and infra/docs/runbook.md. An operator sources it in a shell:
#
#     stack=chat; . infra/scripts/stack.sh

# resource NAME: prints the id or the name, at AWS, of a resource of the template.
resource() {
    aws cloudformation describe-stack-resource --stack-name "${stack:?name the stack}" --logical-resource-id "$1" \
        --query StackResourceDetail.PhysicalResourceId --output text
}

# query TEXT: runs a query of CloudWatch Logs Insights over the logs of the last hour.
query() {
    local id
    id=$(aws logs start-query --log-group-name "$(resource LogGroup)" --start-time "$(($(date +%s) - 3600))" \
        --end-time "$(date +%s)" --query-string "$1" --query queryId --output text)
    while [[ $(aws logs get-query-results --query-id "$id" --query status --output text) =~ Scheduled|Running ]]; do
        sleep 1
    done
    aws logs get-query-results --query-id "$id" --query results --output json
}
