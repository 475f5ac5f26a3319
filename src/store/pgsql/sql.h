/*
 * sql.h: the text of each statement as PostgreSQL wants it.
 */
#ifndef STORE_PGSQL_SQL_H
#define STORE_PGSQL_SQL_H

/* Of an enum sql or pgsql_sql. */
const char *pgsql_sql_name(int which);

/* With parameters as ?1, ?2, ...: the server's form has $. */
const char *pgsql_sql_text(int which);

#endif
